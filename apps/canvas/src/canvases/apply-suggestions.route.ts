import { applySuggestions } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { CanvasesService } from './canvases.service.ts';

export const applySuggestionsRoute = (canvases: CanvasesService) =>
  serve(applySuggestions, ({ principal, params, body }) => canvases.apply(principal, params.id, body));
