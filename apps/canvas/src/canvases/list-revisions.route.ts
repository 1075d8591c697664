import { listRevisions } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const listRevisionsRoute = (canvases: CanvasesService) =>
  serve(listRevisions, ({ principal, params }) => canvases.revisions(principal, params.id));
