import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { believeInternalTokens, defineService, implement } from '@valuecanvas/service-kit';
import { promptRegistryVariables } from './config.ts';
import type { Database } from './db.ts';
import { drainExecutions } from './executions/drain-executions.ts';
import { createExecutionsService } from './executions/executions.service.ts';
import { createExecutionsStore } from './executions/executions.store.ts';
import { executionRoutes } from './executions/routes.ts';
import { createPromptsService } from './prompts/prompts.service.ts';
import { promptRoutes } from './prompts/routes.ts';
import { createAnnouncer } from './snapshot/announce-snapshot.ts';
import { snapshotRoutes } from './snapshot/routes.ts';
import { createSnapshotService } from './snapshot/snapshot.service.ts';
import { versionRoutes } from './versions/routes.ts';
import { createVersionsService } from './versions/versions.service.ts';
import { createVersionsStore } from './versions/versions.store.ts';

/** Prompts as released versions: writing and activating them, rendering them, and what came of their use. */
export const promptRegistryService = defineService({
  contract: promptRegistryContract,
  variables: promptRegistryVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const database = openDatabase<Database>('prompt-registry', kit);
    const { redis, keys, waiting } = openRedis('prompt-registry', kit);

    const store = createVersionsStore(database.db);
    const executions = createExecutionsStore(database.db);
    const snapshots = createSnapshotService(store);
    const announce = createAnnouncer({ snapshots, redis, keys, log });
    const { performanceOf } = executions;
    const versions = createVersionsService({ store, performanceOf, announce });
    const prompts = createPromptsService({ store, performanceOf });
    const drain = drainExecutions({ redis: waiting('journal'), keys, store: executions, log });
    lifecycle.onStop('drain', 'prompt executions', drain.stop);

    return {
      authenticate: await believeInternalTokens(promptRegistryContract, config.INTERNAL_PUBLIC_KEYS, now),
      probes: { postgres: database.ping },
      routes: implement(promptRegistryContract, {
        ...versionRoutes(versions),
        ...promptRoutes(prompts),
        ...executionRoutes(createExecutionsService(executions)),
        ...snapshotRoutes(snapshots),
      }),
    };
  },
});
