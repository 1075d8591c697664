import type { canvasContract } from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { FindingsService } from './findings.service.ts';

export const findingsRoutes = (findings: FindingsService) =>
  ({
    checkCanvas: (call) => findings.check(call, call.params.id, call.body.model, call.keep),
    listFindings: ({ principal, params, query }) => findings.report(principal, params.id, query),
    dismissFinding: ({ principal, params, body }) =>
      findings.dismiss(principal, params.id, params.fid, body.reason),
    restoreFinding: ({ principal, params }) => findings.restore(principal, params.id, params.fid),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;
