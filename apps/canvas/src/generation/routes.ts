import {
  type canvasContract,
  canvasGeneration,
  canvasRefinement,
  canvasVariant,
  type Section,
} from '@valuecanvas/contracts-canvas';
import type { HandlersOf } from '@valuecanvas/service-kit';
import { wordsOf } from '../canvases/canvas-content.ts';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import type { CanvasListener, GenerationService } from './generation.service.ts';
import type { SubmitJob } from './submit-job.ts';

export const generationRoutes = (
  generation: GenerationService,
  canvases: Pick<CanvasesService, 'get'>,
  submit: SubmitJob,
) =>
  ({
    generateCanvas(call) {
      if (call.prefers('respond-async')) {
        const { model, ...given } = call.body;
        const payload = { promptVariables: wordsOf(given), ...(model === undefined ? {} : { model }) };
        return submit(call, canvasGeneration, payload, call.keep);
      }
      const onTitle = (title: string): void => call.send('title', { title });
      const listener = call.wantsEvents ? { onTitle, onBlock: blockEvents(call) } : undefined;
      return generation.generate(call, call.body, call.keep, listener);
    },
    async createVariant(call) {
      const canvasId = call.params.id;
      if (call.prefers('respond-async')) {
        await canvases.get(call.principal, canvasId);
        return submit(call, canvasVariant, { canvasId, ...call.body }, call.keep);
      }
      const listener = call.wantsEvents ? { onBlock: blockEvents(call) } : undefined;
      return generation.createVariant(call, canvasId, call.body, call.keep, listener);
    },
    async refineSection(call) {
      const canvasId = call.params.id;
      if (call.prefers('respond-async')) {
        await canvases.get(call.principal, canvasId);
        const { context, ...given } = call.body;
        const promptVariables = context === undefined ? {} : { promptVariables: { context } };
        return submit(call, canvasRefinement, { canvasId, ...given, ...promptVariables }, call.keep);
      }
      return call.keepAfterwards(await generation.refine(call, canvasId, call.body));
    },
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;

/** Returns a function that sends each block as an event. */
const blockEvents =
  (call: {
    send(name: 'section', data: { section: Section; items: string[] }): void;
  }): CanvasListener['onBlock'] =>
  (section, items) =>
    call.send('section', { section, items });
