import { refineSection } from '@valuecanvas/contracts-canvas';
import { serve } from '@valuecanvas/service-kit';
import type { GenerationService } from './generation.service.ts';

export const refineSectionRoute = (generation: GenerationService) =>
  serve(refineSection, (call) => generation.refine(call, call.params.id, call.body));
