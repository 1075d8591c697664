import { updateCanvas } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const updateCanvasRoute = (canvases: CanvasesService) =>
  serve(updateCanvas, ({ principal, params, body }) => canvases.update(principal, params.id, body));
