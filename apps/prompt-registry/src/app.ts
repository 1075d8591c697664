import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { believeInternalTokens, defineService } from '@valuecanvas/service-kit';
import { promptRegistryVariables } from './config.ts';
import type { Database } from './db.ts';
import { drainExecutions } from './executions/drain-executions.ts';
import { createExecutionsService } from './executions/executions.service.ts';
import { createExecutionsStore } from './executions/executions.store.ts';
import { rateExecutionRoute } from './executions/rate-execution.route.ts';
import { getPromptRoute } from './prompts/get-prompt.route.ts';
import { createPromptsService } from './prompts/prompts.service.ts';
import { renderPromptRoute } from './prompts/render-prompt.route.ts';
import { createAnnouncer } from './snapshot/announce-snapshot.ts';
import { getSnapshotRoute } from './snapshot/get-snapshot.route.ts';
import { createSnapshotService } from './snapshot/snapshot.service.ts';
import { activateVersionRoute } from './versions/activate-version.route.ts';
import { createVersionRoute } from './versions/create-version.route.ts';
import { listVersionsRoute } from './versions/list-versions.route.ts';
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
      routes: [
        listVersionsRoute(versions),
        createVersionRoute(versions),
        activateVersionRoute(versions),
        getPromptRoute(prompts),
        renderPromptRoute(prompts),
        rateExecutionRoute(createExecutionsService(executions)),
        getSnapshotRoute(snapshots),
      ],
    };
  },
});
