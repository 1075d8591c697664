import type { canvasContract, Section } from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { GenerationService, OnBlock } from './generation.service.ts';
import type { SubmitGeneration } from './submit-generation.ts';

export const generationRoutes = (generation: GenerationService, submit: SubmitGeneration) =>
  ({
    generateCanvas(call) {
      if (call.prefers('respond-async')) return submit(call, call.body, call.keep);
      return generation.generate(call, call.body, call.keep, sectionEvents(call));
    },
    createVariant: (call) =>
      generation.createVariant(call, call.params.id, call.body, call.keep, sectionEvents(call)),
    refineSection: async (call) =>
      call.keepAfterwards(await generation.refine(call, call.params.id, call.body)),
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;

/** Returns a function that sends blocks to a client that wants events. */
function sectionEvents(call: {
  readonly wantsEvents: boolean;
  send(name: 'section', data: { section: Section; items: string[] }): void;
}): OnBlock | undefined {
  return call.wantsEvents ? (section, items) => call.send('section', { section, items }) : undefined;
}
