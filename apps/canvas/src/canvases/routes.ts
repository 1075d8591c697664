import type { Canvas, canvasContract } from '@valuecanvas/contracts-canvas';
import { formatEntityTag } from '@valuecanvas/contracts-core';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const canvasRoutes = (canvases: CanvasesService) =>
  ({
    listCanvases: ({ principal, page }) => canvases.list(principal, page),
    getCanvas: async ({ principal, params }) => tagged(await canvases.get(principal, params.id)),
    updateCanvas: async (call) =>
      tagged(await canvases.update(call.principal, call.params.id, call.body, call.header('if-match'))),
    deleteCanvas: (call) => canvases.remove(call.principal, call.params.id, call.header('if-match')),
    applySuggestions: ({ principal, params, body, keep }) => canvases.apply(principal, params.id, body, keep),
    listRevisions: ({ principal, params }) => canvases.revisions(principal, params.id),
    restoreRevision: ({ principal, params, keep }) => canvases.restore(principal, params.id, params.n, keep),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;

const tagged = (canvas: Canvas) => respond(200, canvas, { etag: formatEntityTag(String(canvas.revision)) });
