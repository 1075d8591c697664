import {
  AcceptedJob,
  accepted,
  data,
  defineRoute,
  list,
  listQuery,
  preferHeader,
  strictObject,
  user,
} from '@valuecanvas/contracts-core';
import { cacheRequestHeader, spendingErrors, spendingTimeout } from '@valuecanvas/contracts-llm-router';
import type { Static } from 'typebox';
import { Canvas, canvasParams, chosenModel, variantKind } from './canvas.ts';
import { GenerateCanvasResult, WrittenBlock } from './generate-canvas.ts';

/** Kinds of variants that the service describes to the model. Any other kind is described by its own words. */
export const variantKinds = ['lean', 'premium', 'partnership'] as const;

export const CreateVariantRequest = strictObject(
  { kind: variantKind, model: chosenModel },
  { title: 'CreateVariantRequest', description: 'Request for another way to build the same business.' },
);
export type CreateVariantRequest = Static<typeof CreateVariantRequest>;

export const createVariant = defineRoute({
  id: 'canvas.createVariant',
  method: 'POST',
  path: '/api/canvas/:id/variants',
  summary: 'Create a variant of a canvas',
  description:
    'Lets a model rework a canvas and stores the result as a canvas of its own, whose `variantOf` is the id of the first one. The first canvas does not change, and the variant remains if the first canvas is deleted. With `accept: text/event-stream`, each block is sent as soon as the model has completed it, as for canvas.generate. With `prefer: respond-async`, a background job does the work, on the canvas as it is when the job runs.',
  auth: user,
  params: canvasParams,
  body: CreateVariantRequest,
  example: { kind: 'lean' },
  ...spendingTimeout,
  idempotent: true,
  isRecoverable: true,
  requestHeaders: { ...cacheRequestHeader, ...preferHeader },
  reply: data(GenerateCanvasResult),
  otherReplies: { 202: accepted(AcceptedJob) },
  events: { section: WrittenBlock, done: GenerateCanvasResult },
  errors: ['NOT_FOUND', ...spendingErrors],
});

export const listVariants = defineRoute({
  id: 'canvas.listVariants',
  method: 'GET',
  path: '/api/canvas/:id/variants',
  summary: 'List the variants of a canvas',
  description: 'Lists the canvases that are variants of a canvas, newest first.',
  auth: user,
  params: canvasParams,
  query: listQuery(),
  reply: list(Canvas),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
