import {
  AcceptedJob,
  accepted,
  data,
  defineRoute,
  preferHeader,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import {
  cacheRequestHeader,
  completionFacts,
  spendingErrors,
  spendingTimeout,
} from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';
import { canvasParams, chosenModel, promptFacts, Section } from './canvas.ts';

export const RefineSectionRequest = strictObject(
  {
    section: Section,
    context: Type.Optional(
      Type.String({ maxLength: 5_000, description: 'Instructions for the suggestions.' }),
    ),
    model: chosenModel,
  },
  { title: 'RefineSectionRequest', description: 'Request for improvements to one block.' },
);
export type RefineSectionRequest = Static<typeof RefineSectionRequest>;

export const RefineSectionResult = Type.Object(
  {
    section: Section,
    suggestions: Type.Array(Type.String(), { description: 'Suggested items for the block.' }),
    reasoning: Type.String({ description: 'Explanation of the suggestions.' }),
    ...completionFacts,
    ...promptFacts,
  },
  {
    title: 'RefineSectionResult',
    description: 'Suggestions for a block, with their model, tokens and cost.',
  },
);
export type RefineSectionResult = Static<typeof RefineSectionResult>;

export const refineSection = defineRoute({
  id: 'canvas.refine',
  method: 'POST',
  path: '/api/canvas/:id/refine',
  summary: 'Suggest improvements to a block',
  description:
    'Asks a model for better items for one block. The canvas does not change until you apply suggestions. With `prefer: respond-async`, a background job does the work, and its result has the suggestions.',
  auth: user,
  params: canvasParams,
  body: RefineSectionRequest,
  example: { section: 'channels', context: 'Suggest channels that cost little.' },
  ...spendingTimeout,
  idempotent: true,
  isRecoverable: true,
  requestHeaders: { ...cacheRequestHeader, ...preferHeader },
  reply: data(RefineSectionResult),
  otherReplies: { 202: accepted(AcceptedJob) },
  errors: ['NOT_FOUND', ...spendingErrors],
});
