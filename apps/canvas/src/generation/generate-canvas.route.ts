import { generateCanvas } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { GenerationService } from './generation.service.ts';

export const generateCanvasRoute = (generation: GenerationService) =>
  serve(generateCanvas, (call) => generation.generate(call, call.body));
