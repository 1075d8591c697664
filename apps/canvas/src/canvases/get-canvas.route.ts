import { getCanvas } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const getCanvasRoute = (canvases: CanvasesService) =>
  serve(getCanvas, ({ principal, params }) => canvases.get(principal, params.id));
