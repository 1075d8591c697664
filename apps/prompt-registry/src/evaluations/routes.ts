import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { EvaluateCase } from './evaluate-case.ts';
import type { EvaluationsService } from './evaluations.service.ts';

export const evaluationRoutes = (evaluations: EvaluationsService, evaluateCase: EvaluateCase) =>
  ({
    startEvaluation: (call) => evaluations.start(call, call.body, call.keep),
    listEvaluations: ({ query, page }) => evaluations.list(query, page),
    getEvaluation: ({ params }) => evaluations.get(params.id),
    listEvaluationResults: ({ params, query, page }) => evaluations.results(params.id, query, page),
    compareEvaluation: ({ params, query }) => evaluations.compare(params.id, query.with),
    cancelEvaluation: (call) => evaluations.cancel(call, call.params.id),
    getEvaluationWork: ({ params }) => evaluations.work(params.id),
    evaluateCase: (call) => evaluateCase(call, call.params.id, call.body.position),
  }) satisfies Partial<HandlersOf<typeof promptRegistryContract>>;
