import {
  type Blocks,
  type Canvas,
  type CreateVariantRequest,
  type GenerateCanvasRequest,
  type GenerateCanvasResult,
  maxTitleLength,
  type RefineSectionRequest,
  type RefineSectionResult,
  type Section,
  sections,
} from '@valuecanvas/contracts-canvas';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import type { BeforeCommit } from '@valuecanvas/postgres';
import { asList, describeBlocks, wordsOf } from '../canvases/canvas-content.ts';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import { type AnswerSchema, type AskModel, type ModelCall, type Question, Unfinished } from './ask-model.ts';
import { createBlockReader } from './block-reader.ts';
import type { KeepOutcome } from './keep-outcome.ts';
import {
  canvasAnswer,
  completeBlocks,
  type ModelAnswer,
  missingSections,
  parseBlocks,
  parseRefinement,
  parseTitle,
  RefinementAnswer,
  titledCanvasAnswer,
} from './parse-answer.ts';
import { type RepeatsPrompt, withoutPrompt } from './prompt-leak.ts';
import type { Reserve } from './reservations.store.ts';
import type { UnstoredCanvas, unstoredCanvas } from './unstored-canvas.ts';
import { instructionFor, titleOfVariant } from './variants.ts';

/** Receives the title and each block as soon as the model has completed them. */
export interface CanvasListener {
  readonly onTitle?: (title: string) => void;
  readonly onBlock: (section: Section, items: string[]) => void;
}

/** Generation, variation and refinement of canvases by models. */
export interface GenerationService {
  /**
   * Runs `beforeCommit` in the transaction that stores the canvas and returns its result. With a listener, the model's
   * answer is streamed.
   */
  generate<T>(
    call: ModelCall,
    request: GenerateCanvasRequest,
    beforeCommit: BeforeCommit<GenerateCanvasResult, T>,
    listener?: CanvasListener,
  ): Promise<T>;
  /** As `generate`, for a variant of one of the user's canvases. */
  createVariant<T>(
    call: ModelCall,
    canvasId: string,
    request: CreateVariantRequest,
    beforeCommit: BeforeCommit<GenerateCanvasResult, T>,
    listener?: CanvasListener,
  ): Promise<T>;
  refine(call: ModelCall, canvasId: string, request: RefineSectionRequest): Promise<RefineSectionResult>;
}

/** Not part of the prompt, so that every version of it gives titles. */
const titleInstruction =
  'The object has one more key, before the others: "title". Its value is a string of at most eight words that names the business, in the same language as the other values.';

export function createGenerationService(dependencies: {
  readonly ask: AskModel;
  readonly reserve: Reserve;
  readonly keep: KeepOutcome<typeof unstoredCanvas, Canvas>;
  readonly canvases: Pick<CanvasesService, 'get'>;
}): GenerationService {
  const { ask, reserve, keep, canvases } = dependencies;

  /** Asks for a reserved canvas, so that nothing is spent on a canvas that cannot be stored, and stores it. */
  const create = async <T>(
    call: ModelCall,
    request: CanvasQuestion,
    canvasWith: (written: WrittenCanvas) => Omit<UnstoredCanvas, 'id' | 'userId'>,
    beforeCommit: BeforeCommit<GenerateCanvasResult, T>,
    listener: CanvasListener | undefined,
  ): Promise<T> => {
    const { key, schema, ...question } = request;
    const requestKey = call.downstreamKey(JSON.stringify(key));
    const { id, answer } = await reserve(call.principal, requestKey, async (reservation) => ({
      id: reservation,
      answer: await ask(call, {
        ...question,
        schema: { name: 'business_model_canvas', schema },
        ...canvasReading(listener),
      }),
    }));
    const { userId } = call.principal;
    return keep(call, { id, userId, ...canvasWith(answer.value) }, (tx, canvas) =>
      beforeCommit(tx, { canvasId: canvas.id, canvas, ...answer.facts }),
    );
  };

  return {
    generate(call, request, beforeCommit, listener) {
      const { title: own, ...business } = wordsOf(request);
      const fallback = titleOf(business, maxTitleLength);
      return create(
        call,
        {
          key: request,
          promptKey: 'canvas.generate',
          variables: business,
          model: request.model,
          ...(own === undefined
            ? { instruction: titleInstruction, schema: titledCanvasAnswer }
            : { schema: canvasAnswer(sections) }),
        },
        ({ title, blocks }) => ({ content: { title: own ?? title ?? fallback, ...business, blocks } }),
        beforeCommit,
        listener && (own === undefined ? listener : { onBlock: listener.onBlock }),
      );
    },

    async createVariant(call, canvasId, { kind, model }, beforeCommit, listener) {
      const canvas = await canvases.get(call.principal, canvasId);
      const { title, ...business } = wordsOf(canvas);
      return create(
        call,
        {
          key: { canvasId, kind, model },
          promptKey: 'canvas.variant',
          variables: { ...business, currentCanvas: describeBlocks(canvas), variant: instructionFor(kind) },
          model,
          schema: canvasAnswer(sections),
        },
        ({ blocks }) => ({
          content: { title: titleOfVariant(kind, canvas), ...business, blocks },
          variantOf: { canvasId, kind },
        }),
        beforeCommit,
        listener,
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

/** A question whose answer is a canvas. The key identifies the request of the client, so that a repetition of it is recognised. */
interface CanvasQuestion
  extends Pick<Question<WrittenCanvas>, 'promptKey' | 'variables' | 'model' | 'instruction'> {
  readonly key: unknown;
  readonly schema: AnswerSchema['schema'];
}

/** A canvas as a model wrote it. */
interface WrittenCanvas {
  readonly title: string | undefined;
  readonly blocks: Blocks;
}

/**
 * Reads a canvas from a model's answer. A canvas that lacks blocks is completed by a follow-up call that asks for these
 * blocks only. With a listener, the title and the blocks are read while they are written. They are final: a different version
 * in the rest of the answer is ignored.
 */
function canvasReading(listener: CanvasListener | undefined) {
  const written: Partial<Record<Section, string[]>> = {};
  let title: string | undefined;
  const write = (section: Section, items: string[]): void => {
    if (written[section]) return;
    written[section] = items;
    listener?.onBlock(section, items);
  };
  const writeTitle = (given: string | undefined): void => {
    if (title !== undefined || given === undefined) return;
    title = given;
    listener?.onTitle?.(given);
  };
  const writeAll = (answer: ModelAnswer, blocks: Partial<Blocks>, repeatsPrompt: RepeatsPrompt): void => {
    const given = parseTitle(answer);
    withoutPrompt([given, blocks], repeatsPrompt);
    writeTitle(given);
    for (const section of sections) if (blocks[section]) write(section, blocks[section]);
  };
  return {
    createListener:
      listener &&
      ((repeatsPrompt: RepeatsPrompt) =>
        createBlockReader(
          (section, items) => {
            if (!repeatsPrompt(items)) write(section, items);
          },
          (given) => {
            if (!repeatsPrompt([given])) writeTitle(given);
          },
        )),
    parse(answer: ModelAnswer, repeatsPrompt: RepeatsPrompt): WrittenCanvas | Unfinished<WrittenCanvas> {
      writeAll(answer, parseBlocks(answer), repeatsPrompt);
      const missing = missingSections(written);
      if (missing.length === 0) return { title, blocks: written as Blocks };
      return new Unfinished({
        instruction: `You have already written these blocks:\n\n${JSON.stringify(written, undefined, 1)}\n\nWrite only the missing blocks, consistent with them and in the same language. Answer with one JSON object that has exactly these keys: ${missing.map((section) => `"${section}"`).join(', ')}.`,
        schema: { name: 'missing_blocks', schema: canvasAnswer(missing) },
        parse(second, repeats) {
          writeAll(second, completeBlocks(written, second), repeats);
          return { title, blocks: written as Blocks };
        },
      });
    },
  };
}

/** Describes the business and its whole canvas as text, so that suggestions for one block fit the others. */
function describe(canvas: Canvas): string {
  return `The business: ${canvas.businessDescription}\n${describeBlocks(canvas)}`;
}
