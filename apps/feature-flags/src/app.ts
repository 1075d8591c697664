import { createAuditFacts } from '@valuecanvas/contracts-core';
import { featureFlagsContract, flagsChannel } from '@valuecanvas/contracts-feature-flags';
import { createSnapshotSource, versionOf } from '@valuecanvas/live-snapshot';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { createIds, defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { featureFlagsVariables } from './config.ts';
import type { Database } from './db.ts';
import { createCurrentFlags } from './evaluation/current-flags.ts';
import { evaluationRoutes } from './evaluation/routes.ts';
import { createFlagsService } from './flags/flags.service.ts';
import { createFlagsStore } from './flags/flags.store.ts';
import { flagRoutes } from './flags/routes.ts';

/** Feature flag service: administration, evaluation for a user, and the snapshot for local evaluation in services. */
export const featureFlagsService = defineService({
  contract: featureFlagsContract,
  variables: featureFlagsVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const database = openDatabase<Database>('feature-flags', kit);
    const { redis, keys, waiting } = openRedis('feature-flags', kit);
    const store = createFlagsStore(database.db);
    const snapshots = createSnapshotSource({
      async load() {
        const flags = await store.rules();
        return { version: versionOf(flags), flags };
      },
      redis,
      channel: keys(...flagsChannel),
      onError: (err) => log.warn({ err }, 'flag snapshot: refresh or publication failed'),
    });
    const followed = snapshots.follow({ redis: waiting('messages'), pollMs: config.FLAGS_POLL_MS });
    lifecycle.onStop('drain', 'flag snapshot', followed.stop);
    const current = createCurrentFlags(followed);
    const service = createFlagsService({
      store,
      snapshots,
      factOf: createAuditFacts({ newId: createIds(now), now }),
    });

    return {
      authenticate: await internalTokenAuthenticator(featureFlagsContract, config.INTERNAL_PUBLIC_KEYS, now),
      // Without PostgreSQL the last known flags are still evaluated; a replica that never loaded any is not ready.
      probes: { flags: current },
      routes: implement(featureFlagsContract, {
        ...flagRoutes(service),
        ...evaluationRoutes(current, snapshots),
      }),
    };
  },
});
