import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { createFlags, type Flags } from '@valuecanvas/flags-sdk';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';

/** Composes the evaluation of feature flags, which follows the feature-flags service until the service stops. */
export async function composeFlags(
  { config, log, lifecycle, now }: Kit<LlmRouterConfig>,
  { keys, waiting }: OpenRedis,
): Promise<Flags> {
  const service = createClient(featureFlagsContract, {
    baseUrl: config.FEATURE_FLAGS_URL,
    sign: createInternalSigner({
      issuer: 'llm-router',
      key: await importSigningKey(config.INTERNAL_SIGNING_KEY),
      now,
    }),
  });
  lifecycle.onStop('close', 'client of feature-flags', service.close);
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
