import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { createFlags, type Flags } from '@valuecanvas/flags-sdk';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { openClient } from '../open-client.ts';

/** Composes the evaluation of feature flags, which follows the feature-flags service until the service stops. */
export async function composeFlags(kit: Kit<LlmRouterConfig>, { keys, waiting }: OpenRedis): Promise<Flags> {
  const { config, log, lifecycle } = kit;
  const service = await openClient(kit, featureFlagsContract, config.FEATURE_FLAGS_URL);
  const flags = createFlags({
    client: service.call,
    redis: waiting('flags'),
    keys,
    service: 'llm-router',
    onError: (err) => log.warn({ err }, 'flags: refresh failed, last known flags stay'),
  });
  lifecycle.onStop('intake', 'flags', flags.stop);
  return flags;
}
