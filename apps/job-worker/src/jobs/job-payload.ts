import { GenerateCanvasRequest, RefineSectionRequest } from '@valuecanvas/contracts-canvas';
import { field, strictObject } from '@valuecanvas/contracts-core';
import type { JobType } from '@valuecanvas/contracts-job-worker';
import { ChatRequest } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';

/**
 * What a job's row keeps of its submission, by type. The fields are those of the service that will do the job, so
 * that what it would refuse is refused at submission. Other fields of a submission are allowed and do nothing.
 */

const { model, ...generationVariables } = GenerateCanvasRequest.properties;

export const GenerationPayload = Type.Object({ promptVariables: strictObject(generationVariables), model });
export type GenerationPayload = Static<typeof GenerationPayload>;

const { section, context } = RefineSectionRequest.properties;

/** The block's section and content are variables of the prompt too; the canvas itself fills them in. */
export const RefinementPayload = Type.Object({
  canvasId: field.uuid('Canvas to refine.'),
  section,
  promptVariables: Type.Optional(
    strictObject({
      context,
      section: Type.Optional(Type.String()),
      currentContent: Type.Optional(Type.String()),
    }),
  ),
  model,
});
export type RefinementPayload = Static<typeof RefinementPayload>;

const { prompt, maxTokens, temperature } = ChatRequest.properties;

export const QuestionPayload = Type.Object({
  prompt: Type.Required(Type.Object({ prompt })).properties.prompt,
  model,
  maxTokens,
  temperature,
});
export type QuestionPayload = Static<typeof QuestionPayload>;

/** The prompt that does a type of job; there is none for a question that the user words. */
export const usualPromptKey: Record<JobType, string | undefined> = {
  canvas_generation: 'canvas.generate',
  canvas_refinement: 'canvas.refine',
  custom_prompt: undefined,
};
