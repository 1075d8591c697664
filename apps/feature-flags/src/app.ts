import { featureFlagsContract, flagsChannel } from '@valuecanvas/contracts-feature-flags';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { believeInternalTokens, defineService, implement } from '@valuecanvas/service-kit';
import { featureFlagsVariables } from './config.ts';
import type { Database } from './db.ts';
import { createCurrentFlags } from './evaluation/current-flags.ts';
import { evaluationRoutes } from './evaluation/routes.ts';
import { spreadChange } from './evaluation/spread-change.ts';
import { createFlagsService } from './flags/flags.service.ts';
import { createFlagsStore } from './flags/flags.store.ts';
import { flagRoutes } from './flags/routes.ts';
import { createFlagRulesStore } from './snapshot/flag-rules.store.ts';
import { snapshotRoutes } from './snapshot/routes.ts';

/** Feature flags: their admins' routes, their evaluation for a user, and the snapshot from which services evaluate. */
export const featureFlagsService = defineService({
  contract: featureFlagsContract,
  variables: featureFlagsVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const database = openDatabase<Database>('feature-flags', kit);
    const { redis, keys, waiting } = openRedis('feature-flags', kit);
    const channel = keys(...flagsChannel);
    const rules = createFlagRulesStore(database.db);
    const current = createCurrentFlags({
      rules,
      redis: waiting('messages'),
      channel,
      pollMs: config.FLAGS_POLL_MS,
      onError: (err) => log.warn({ err }, 'flags cannot be read: the last known ones stay in force'),
    });
    lifecycle.onStop('drain', 'current flags', current.stop);
    const service = createFlagsService(
      createFlagsStore(database.db),
      spreadChange({ current, redis, channel, log }),
    );

    return {
      authenticate: await believeInternalTokens(featureFlagsContract, config.INTERNAL_PUBLIC_KEYS, now),
      // Without Postgres the last known flags are still evaluated; without ever having read them, nothing is.
      probes: { flags: current.known },
      routes: implement(featureFlagsContract, {
        ...flagRoutes(service),
        ...evaluationRoutes(current),
        ...snapshotRoutes(rules),
      }),
    };
  },
});
