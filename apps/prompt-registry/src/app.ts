import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { openIdempotency } from '@valuecanvas/idempotency';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { composeCanaries } from './canaries/compose-canaries.ts';
import { canaryRoutes } from './canaries/routes.ts';
import { promptRegistryVariables } from './config.ts';
import type { Database } from './db.ts';
import { composeEvaluations } from './evaluations/compose-evaluations.ts';
import { composeExecutions } from './executions/compose-executions.ts';
import { createExecutionsService } from './executions/executions.service.ts';
import { executionRoutes } from './executions/routes.ts';
import { composeExperiments } from './experiments/compose-experiments.ts';
import { experimentRoutes } from './experiments/routes.ts';
import { labelRoutes } from './labels/routes.ts';
import { createPromptsService } from './prompts/prompts.service.ts';
import { promptRoutes } from './prompts/routes.ts';
import { runningTrialsOf } from './trials/running-trials.ts';
import { composeVersions } from './versions/compose-versions.ts';
import { versionRoutes } from './versions/routes.ts';

/** Prompt registry: creation, labels and rendering of prompt versions, and the record of their executions. */
export const promptRegistryService = defineService({
  contract: promptRegistryContract,
  variables: promptRegistryVariables,
  async compose(kit) {
    const { INTERNAL_PUBLIC_KEYS: publicKeys } = kit.config;
    const { db, ping } = openDatabase<Database>('prompt-registry', kit);
    const openedRedis = openRedis('prompt-registry', kit);

    const executions = composeExecutions(kit, db, openedRedis);
    const { performanceOf } = executions;
    const composed = await composeVersions(kit, db, openedRedis, performanceOf, runningTrialsOf(db));
    const { store, embeds, snapshots, versions, labels } = composed;
    const prompts = createPromptsService({ store, embeds, performanceOf });
    const experiments = composeExperiments(db, composed);
    const canaries = composeCanaries(kit, db, composed);
    const evaluationRoutes = await composeEvaluations(kit, db, composed);

    return {
      authenticate: await internalTokenAuthenticator(promptRegistryContract, publicKeys, kit.now),
      probes: { postgres: ping },
      routes: implement(
        promptRegistryContract,
        {
          ...versionRoutes(versions),
          ...labelRoutes(labels),
          ...experimentRoutes(experiments),
          ...canaryRoutes(canaries),
          ...evaluationRoutes,
          ...promptRoutes(prompts, snapshots),
          ...executionRoutes(createExecutionsService(executions)),
        },
        openIdempotency(db, kit),
      ),
    };
  },
});
