import { deleteCanvas } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const deleteCanvasRoute = (canvases: CanvasesService) =>
  serve(deleteCanvas, async ({ principal, params }) => {
    await canvases.remove(principal, params.id);
    return undefined;
  });
