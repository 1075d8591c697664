import { restoreRevision } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const restoreRevisionRoute = (canvases: CanvasesService) =>
  serve(restoreRevision, ({ principal, params }) => canvases.restore(principal, params.id, params.n));
