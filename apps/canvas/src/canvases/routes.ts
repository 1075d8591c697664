import type { Canvas, canvasContract } from '@valuecanvas/contracts-canvas';
import { formatEntityTag } from '@valuecanvas/contracts-core';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { CompareCanvases } from '../comparison/comparison.service.ts';
import type { WriteFile } from '../files/canvas-file.ts';
import { contentOf } from './canvas-content.ts';
import type { CanvasesService } from './canvases.service.ts';

export const canvasRoutes = (canvases: CanvasesService, compare: CompareCanvases, writeFile: WriteFile) =>
  ({
    listCanvases: ({ principal, query, page }) => canvases.list(principal, query, page),
    createCanvas: ({ principal, body, keep }) => canvases.create(principal, body, 'create', keep),
    importCanvas: ({ principal, body, keep }) => canvases.create(principal, body, 'import', keep),
    getCanvas: async ({ principal, params }) => tagged(await canvases.get(principal, params.id)),
    updateCanvas: async (call) =>
      tagged(await canvases.update(call.principal, call.params.id, call.body, call.header('if-match'))),
    deleteCanvas: (call) => canvases.remove(call.principal, call.params.id, call.header('if-match')),
    undeleteCanvas: ({ principal, params }) => canvases.recover(principal, params.id),
    async exportCanvas(call) {
      const canvas = await canvases.get(call.principal, call.params.id);
      const { id: canvasId, revision } = canvas;
      const exported = {
        canvasId,
        revision,
        updatedAt: new Date(canvas.updatedAt),
        content: contentOf(canvas),
      };
      return writeFile(exported, call.query, call);
    },
    listVariants: ({ principal, params, page }) => canvases.variants(principal, params.id, page),
    compareCanvases({ principal, params: { id }, query }) {
      const after = { canvasId: query.with ?? id, revision: query.withRevision };
      return compare(principal, { canvasId: id, revision: query.revision }, after);
    },
    applySuggestions: ({ principal, params, body, keep }) => canvases.apply(principal, params.id, body, keep),
    listRevisions: ({ principal, params }) => canvases.revisions(principal, params.id),
    getRevision: ({ principal, params }) => canvases.revision(principal, params.id, params.n),
    restoreRevision: ({ principal, params, keep }) => canvases.restore(principal, params.id, params.n, keep),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;

const tagged = (canvas: Canvas) => respond(200, canvas, { etag: formatEntityTag(String(canvas.revision)) });
