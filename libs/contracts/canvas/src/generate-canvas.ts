import {
  AcceptedJob,
  accepted,
  data,
  defineRoute,
  field,
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
import {
  blockOf,
  businessDescription,
  Canvas,
  canvasTitle,
  chosenModel,
  optionalWords,
  promptFacts,
  Section,
} from './canvas.ts';

export const GenerateCanvasRequest = strictObject(
  {
    businessDescription,
    title: optionalWords.title,
    industry: optionalWords.industry,
    targetMarket: optionalWords.targetMarket,
    model: chosenModel,
  },
  { title: 'GenerateCanvasRequest', description: 'Description of a business.' },
);
export type GenerateCanvasRequest = Static<typeof GenerateCanvasRequest>;

export const GenerateCanvasResult = Type.Object(
  {
    canvasId: field.uuid('Id of the new canvas.'),
    canvas: Canvas,
    ...completionFacts,
    ...promptFacts,
  },
  {
    title: 'GenerateCanvasResult',
    description: 'A new canvas, with the model, tokens and cost of its generation.',
  },
);
export type GenerateCanvasResult = Static<typeof GenerateCanvasResult>;

export const WrittenBlock = Type.Object(
  {
    section: Section,
    items: blockOf('Items of the block.'),
  },
  { title: 'WrittenBlock', description: 'A block that the model has completed.' },
);

/** A title that the model has written. */
const WrittenTitle = Type.Object(
  { title: canvasTitle },
  { title: 'WrittenTitle', description: 'The title that the model has given to the canvas.' },
);

export const generateCanvas = defineRoute({
  id: 'canvas.generate',
  method: 'POST',
  path: '/api/canvas/generate',
  summary: 'Generate a canvas',
  description:
    'Lets a model create a canvas from a business description and stores it as revision 1. The model also writes a title, unless the request has one. With `accept: text/event-stream`, the title and each block are sent as soon as the model has completed them. They do not change after they were sent, but nothing is stored before the event done. With `prefer: respond-async`, a background job does the work.',
  auth: user,
  body: GenerateCanvasRequest,
  example: {
    businessDescription: 'A bakery that delivers sourdough bread by bicycle before breakfast',
    industry: 'Food',
    targetMarket: 'Families and small offices nearby',
  },
  ...spendingTimeout,
  idempotent: true,
  isRecoverable: true,
  requestHeaders: { ...cacheRequestHeader, ...preferHeader },
  reply: data(GenerateCanvasResult),
  otherReplies: { 202: accepted(AcceptedJob) },
  events: { title: WrittenTitle, section: WrittenBlock, done: GenerateCanvasResult },
  errors: spendingErrors,
});
