import {
  type Blocks,
  type Canvas,
  type CreateVariantRequest,
  type GenerateCanvasRequest,
  type GenerateCanvasResult,
  type RefineSectionRequest,
  type RefineSectionResult,
  type Section,
  sections,
} from '@valuecanvas/contracts-canvas';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { asList, describeBlocks, wordsOf } from '../canvases/canvas-content.ts';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import { type AskModel, type ModelCall, type Question, Unfinished } from './ask-model.ts';
import { createBlockReader } from './block-reader.ts';
import type { GeneratedCanvas, KeepCanvas } from './keep-canvas.ts';
import {
  canvasAnswer,
  completeBlocks,
  type ModelAnswer,
  missingSections,
  parseBlocks,
  parseRefinement,
  RefinementAnswer,
} from './parse-answer.ts';
import type { ReservationStore } from './reservations.store.ts';
import { instructionFor, titleOfVariant } from './variants.ts';

/** Receives a block as soon as the model has completed it. */
export type OnBlock = (section: Section, items: string[]) => void;

/** Generation, variation and refinement of canvases by models. */
export interface GenerationService {
  /**
   * Runs `beforeCommit` in the transaction that stores the canvas and returns its result. With `onBlock`, the model's answer
   * is streamed, and each block is passed on as soon as it is complete.
   */
  generate<T>(
    call: ModelCall,
    request: GenerateCanvasRequest,
    beforeCommit: BeforeCommit<GenerateCanvasResult, T>,
    onBlock?: OnBlock,
  ): Promise<T>;
  /** As `generate`, for a variant of one of the user's canvases. */
  createVariant<T>(
    call: ModelCall,
    canvasId: string,
    request: CreateVariantRequest,
    beforeCommit: BeforeCommit<GenerateCanvasResult, T>,
    onBlock?: OnBlock,
  ): Promise<T>;
  refine(call: ModelCall, canvasId: string, request: RefineSectionRequest): Promise<RefineSectionResult>;
}

export function createGenerationService(dependencies: {
  readonly ask: AskModel;
  readonly reservations: Pick<ReservationStore, 'reserve' | 'release'>;
  readonly keep: KeepCanvas;
  readonly canvases: Pick<CanvasesService, 'get'>;
  /** Receives the error if a reservation could not be removed. It expires by itself. */
  readonly onLeftReservation: (error: unknown) => void;
}): GenerationService {
  const { ask, reservations, keep, canvases, onLeftReservation } = dependencies;

  /** Asks for a reserved canvas, so that nothing is spent on a canvas that cannot be stored, and stores it. */
  const create = async <T>(
    call: ModelCall,
    request: { readonly key: unknown } & Pick<Question<Blocks>, 'promptKey' | 'variables' | 'model'>,
    canvasWith: (blocks: Blocks) => Omit<GeneratedCanvas, 'id'>,
    beforeCommit: BeforeCommit<GenerateCanvasResult, T>,
    onBlock: OnBlock | undefined,
  ): Promise<T> => {
    const { key, ...question } = request;
    const id = await reservations.reserve(call.principal, call.downstreamKey(JSON.stringify(key)));
    const { value, facts } = await ask(call, {
      ...question,
      schema: { name: 'business_model_canvas', schema: canvasAnswer(sections) },
      ...canvasReading(onBlock),
    }).catch(async (error: unknown) => {
      await reservations.release(call.principal, id).catch(onLeftReservation);
      throw error;
    });
    return keep(call, { id, ...canvasWith(value) }, (tx, canvas) =>
      beforeCommit(tx, { canvasId: canvas.id, canvas, ...facts }),
    );
  };

  return {
    generate(call, request, beforeCommit, onBlock) {
      const business = wordsOf(request);
      return create(
        call,
        { key: request, promptKey: 'canvas.generate', variables: business, model: request.model },
        (blocks) => ({ content: { ...business, blocks } }),
        beforeCommit,
        onBlock,
      );
    },

    async createVariant(call, canvasId, { kind, model }, beforeCommit, onBlock) {
      const canvas = await canvases.get(call.principal, canvasId);
      const { title, ...business } = wordsOf(canvas);
      return create(
        call,
        {
          key: { canvasId, kind, model },
          promptKey: 'canvas.variant',
          variables: { ...business, currentCanvas: describeBlocks(canvas), variant: instructionFor(kind) },
          model,
        },
        (blocks) => ({
          content: { title: titleOfVariant(kind, canvas), ...business, blocks },
          variantOf: { canvasId, kind },
        }),
        beforeCommit,
        onBlock,
      );
    },

    async refine(call, canvasId, { section, context, model }) {
      const canvas = await canvases.get(call.principal, canvasId);
      const { value, facts } = await ask(call, {
        promptKey: 'canvas.refine',
        variables: {
          section,
          currentContent: asList(canvas[section]),
          context: [describe(canvas), context?.trim()].filter(Boolean).join('\n\n'),
        },
        model,
        schema: { name: 'refinement', schema: RefinementAnswer },
        parse: parseRefinement,
      });
      return { section, ...value, ...facts };
    },
  };
}

/**
 * Reads a canvas from a model's answer. A canvas that lacks blocks is completed by a follow-up call that asks for these
 * blocks only. With `onBlock`, blocks are read while they are written. They are final: a different version of a block in
 * the rest of the answer is ignored.
 */
function canvasReading(onBlock: OnBlock | undefined) {
  const written: Partial<Record<Section, string[]>> = {};
  const write = (section: Section, items: string[]): void => {
    if (written[section]) return;
    written[section] = items;
    onBlock?.(section, items);
  };
  const writeAll = (blocks: Partial<Blocks>): void => {
    for (const section of sections) if (blocks[section]) write(section, blocks[section]);
  };
  return {
    createListener: onBlock && (() => createBlockReader(write)),
    parse(answer: ModelAnswer): Blocks | Unfinished<Blocks> {
      writeAll(parseBlocks(answer));
      const missing = missingSections(written);
      if (missing.length === 0) return written as Blocks;
      return new Unfinished({
        instruction: `You have already written these blocks:\n\n${JSON.stringify(written, undefined, 1)}\n\nWrite only the missing blocks, consistent with them and in the same language. Answer with one JSON object that has exactly these keys: ${missing.map((section) => `"${section}"`).join(', ')}.`,
        schema: { name: 'missing_blocks', schema: canvasAnswer(missing) },
        parse(second) {
          writeAll(completeBlocks(written, second));
          return written as Blocks;
        },
      });
    },
  };
}

/** Describes the business and its whole canvas as text, so that suggestions for one block fit the others. */
function describe(canvas: Canvas): string {
  return `The business: ${canvas.businessDescription}\n${describeBlocks(canvas)}`;
}
