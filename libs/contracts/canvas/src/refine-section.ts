import { data, defineRoute, strictObject, user } from '@valuecanvas/contracts-core';
import {
  completionFacts,
  modelName,
  spendingDeadlineMs,
  spendingErrors,
} from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';
import { canvasParams, promptFacts, Section } from './canvas.ts';

export const RefineSectionRequest = strictObject(
  {
    section: Section,
    context: Type.Optional(
      Type.String({ maxLength: 5_000, description: 'What the suggestions should heed.' }),
    ),
    model: Type.Optional(
      modelName('One of those that GET /v1/models lists; a flag or the default decides where absent.'),
    ),
  },
  { title: 'RefineSectionRequest', description: 'A block to improve.' },
);
export type RefineSectionRequest = Static<typeof RefineSectionRequest>;

export const RefineSectionResult = Type.Object(
  {
    section: Section,
    suggestions: Type.Array(Type.String(), { description: 'Items that would improve the block.' }),
    reasoning: Type.String({ description: 'Why these.' }),
    ...completionFacts,
    ...promptFacts,
  },
  { title: 'RefineSectionResult', description: 'Suggestions for a block, and what they took.' },
);
export type RefineSectionResult = Static<typeof RefineSectionResult>;

export const refineSection = defineRoute({
  id: 'canvas.refine',
  method: 'POST',
  path: '/api/canvas/:id/refine',
  summary: 'Suggest improvements of a block',
  description: 'Asks a model for better items of one block. The canvas stays as it is: apply what you like.',
  auth: user,
  params: canvasParams,
  body: RefineSectionRequest,
  deadlineMs: spendingDeadlineMs,
  reply: data(RefineSectionResult),
  errors: ['NOT_FOUND', ...spendingErrors],
});
