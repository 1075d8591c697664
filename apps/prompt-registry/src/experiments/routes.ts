import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { ExperimentsService } from './experiments.service.ts';

export const experimentRoutes = (experiments: ExperimentsService) =>
  ({
    listExperiments: ({ query, page }) => experiments.list(query, page),
    createExperiment: (call) => experiments.create(call, call.body, call.keep),
    getExperiment: ({ params }) => experiments.get(params.id),
    startExperiment: (call) => experiments.start(call, call.params.id),
    completeExperiment: (call) => experiments.complete(call, call.params.id, call.body),
    getExperimentResults: ({ params }) => experiments.results(params.id),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
