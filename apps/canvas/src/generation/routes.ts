import type { canvasContract } from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { GenerationService } from './generation.service.ts';

export const generationRoutes = (generation: GenerationService) =>
  ({
    generateCanvas: (call) => generation.generate(call, call.body, call.keep),
    refineSection: async (call) =>
      call.keepAfterwards(await generation.refine(call, call.params.id, call.body)),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;
