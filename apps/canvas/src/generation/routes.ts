import type { canvasContract, Section } from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { CanvasListener, GenerationService } from './generation.service.ts';
import type { SubmitGeneration } from './submit-generation.ts';

export const generationRoutes = (generation: GenerationService, submit: SubmitGeneration) =>
  ({
    generateCanvas(call) {
      if (call.prefers('respond-async')) return submit(call, call.body, call.keep);
      const onTitle = (title: string): void => call.send('title', { title });
      const listener = call.wantsEvents ? { onTitle, onBlock: blockEvents(call) } : undefined;
      return generation.generate(call, call.body, call.keep, listener);
    },
    createVariant(call) {
      const listener = call.wantsEvents ? { onBlock: blockEvents(call) } : undefined;
      return generation.createVariant(call, call.params.id, call.body, call.keep, listener);
    },
    refineSection: async (call) =>
      call.keepAfterwards(await generation.refine(call, call.params.id, call.body)),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;

/** Returns a function that sends each block as an event. */
const blockEvents =
  (call: {
    send(name: 'section', data: { section: Section; items: string[] }): void;
  }): CanvasListener['onBlock'] =>
  (section, items) =>
    call.send('section', { section, items });
