import { listCanvases } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const listCanvasesRoute = (canvases: CanvasesService) =>
  serve(listCanvases, ({ principal, query }) => canvases.list(principal, query));
