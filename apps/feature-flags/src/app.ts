import { createAuditFacts } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { openServedModels } from '@valuecanvas/served-models';
import { createIds, defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { featureFlagsVariables } from './config.ts';
import type { Database } from './db.ts';
import { composeEvaluation } from './evaluation/compose-evaluation.ts';
import { evaluationRoutes } from './evaluation/routes.ts';
import { createFlagsService } from './flags/flags.service.ts';
import { createFlagsStore } from './flags/flags.store.ts';
import { flagRoutes } from './flags/routes.ts';
import { createChangeStreams } from './ofrep/change-streams.ts';
import { ofrepRoutes } from './ofrep/routes.ts';
import { createStreamTokens } from './ofrep/stream-tokens.ts';

/** Feature flag service: administration, evaluation for a user, and the snapshot for local evaluation in services. */
export const featureFlagsService = defineService({
  contract: featureFlagsContract,
  variables: featureFlagsVariables,
  async compose(kit) {
    const { config, now } = kit;
    const { db } = openDatabase<Database>('feature-flags', kit);
    const store = createFlagsStore(db);
    const { snapshots, current } = composeEvaluation(kit, store, openRedis('feature-flags', kit));
    const models = await openServedModels('feature-flags', kit);
    const factOf = createAuditFacts({ newId: createIds(now), now });
    const flags = createFlagsService({ store, snapshots, models, factOf });

    const streams = createChangeStreams(snapshots, current);
    const tokens = createStreamTokens(config.INTERNAL_SIGNING_KEY, now);

    return {
      authenticate: await internalTokenAuthenticator(featureFlagsContract, config.INTERNAL_PUBLIC_KEYS, now),
      // Without PostgreSQL the last known flags are still evaluated; a replica that never loaded any is not ready.
      probes: { flags: current },
      routes: implement(featureFlagsContract, {
        ...flagRoutes(flags),
        ...evaluationRoutes(current, snapshots),
        ...ofrepRoutes({ current, snapshots, streams, tokens }),
      }),
    };
  },
});
