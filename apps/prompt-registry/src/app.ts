import { createAuditFacts } from '@valuecanvas/contracts-core';
import {
  promptExecution,
  promptRegistryContract,
  promptsChannel,
} from '@valuecanvas/contracts-prompt-registry';
import { openIdempotency } from '@valuecanvas/idempotency';
import { drainIntoTable } from '@valuecanvas/journal';
import { createSnapshotSource, versionOf } from '@valuecanvas/live-snapshot';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { createIds, defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { promptRegistryVariables } from './config.ts';
import type { Database } from './db.ts';
import { createExecutionsService } from './executions/executions.service.ts';
import { createExecutionsStore } from './executions/executions.store.ts';
import { executionRoutes } from './executions/routes.ts';
import { createPromptsService } from './prompts/prompts.service.ts';
import { promptRoutes } from './prompts/routes.ts';
import { snapshotRoutes } from './snapshot/routes.ts';
import { versionRoutes } from './versions/routes.ts';
import { toRenderable } from './versions/version-row.ts';
import { createVersionsService } from './versions/versions.service.ts';
import { createVersionsStore } from './versions/versions.store.ts';

/** Prompt registry: creation, activation and rendering of prompt versions, and the record of their executions. */
export const promptRegistryService = defineService({
  contract: promptRegistryContract,
  variables: promptRegistryVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const database = openDatabase<Database>('prompt-registry', kit);
    const { redis, keys, waiting } = openRedis('prompt-registry', kit);

    const store = createVersionsStore(database.db);
    const executions = createExecutionsStore(database.db);
    const snapshots = createSnapshotSource({
      async load() {
        const prompts = (await store.allActive()).map(toRenderable);
        return { version: versionOf(prompts), prompts };
      },
      redis,
      channel: keys(...promptsChannel),
      onError: (err) => log.warn({ err }, 'prompt snapshot: publication failed'),
    });
    const { performanceOf } = executions;
    const versions = createVersionsService({
      store,
      performanceOf,
      snapshots,
      factOf: createAuditFacts({ newId: createIds(now), now }),
    });
    const prompts = createPromptsService({ store, performanceOf });
    const drain = drainIntoTable(promptExecution, {
      redis: waiting('journal'),
      keys,
      insert: executions.insert,
      log,
    });
    lifecycle.onStop('drain', 'prompt executions', drain.stop);

    return {
      authenticate: await internalTokenAuthenticator(
        promptRegistryContract,
        config.INTERNAL_PUBLIC_KEYS,
        now,
      ),
      probes: { postgres: database.ping },
      routes: implement(
        promptRegistryContract,
        {
          ...versionRoutes(versions),
          ...promptRoutes(prompts),
          ...executionRoutes(createExecutionsService(executions)),
          ...snapshotRoutes(snapshots),
        },
        openIdempotency(database.db, kit),
      ),
    };
  },
});
