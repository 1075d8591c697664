import type { canvasContract } from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const canvasRoutes = (canvases: CanvasesService) =>
  ({
    listCanvases: ({ principal, page }) => canvases.list(principal, page),
    getCanvas: ({ principal, params }) => canvases.get(principal, params.id),
    updateCanvas: ({ principal, params, body }) => canvases.update(principal, params.id, body),
    deleteCanvas: ({ principal, params }) => canvases.remove(principal, params.id),
    applySuggestions: ({ principal, params, body, keep }) => canvases.apply(principal, params.id, body, keep),
    listRevisions: ({ principal, params }) => canvases.revisions(principal, params.id),
    restoreRevision: ({ principal, params, keep }) => canvases.restore(principal, params.id, params.n, keep),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;
