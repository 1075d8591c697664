import type { canvasContract, Section } from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { GenerationService } from './generation.service.ts';
import type { SubmitGeneration } from './submit-generation.ts';

export const generationRoutes = (generation: GenerationService, submit: SubmitGeneration) =>
  ({
    generateCanvas(call) {
      if (call.prefers('respond-async')) return submit(call, call.body, call.keep);
      const { wantsEvents, send } = call;
      const onBlock = wantsEvents
        ? (section: Section, items: string[]) => send('section', { section, items })
        : undefined;
      return generation.generate(call, call.body, call.keep, onBlock);
    },
    refineSection: async (call) =>
      call.keepAfterwards(await generation.refine(call, call.params.id, call.body)),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;
