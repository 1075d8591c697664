import { data, defineRoute, field, strictObject, user } from '@valuecanvas/contracts-core';
import {
  completionFacts,
  modelName,
  spendingDeadlineMs,
  spendingErrors,
} from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';
import { businessDescription, Canvas, industry, promptFacts, targetMarket } from './canvas.ts';

export const GenerateCanvasRequest = strictObject(
  {
    businessDescription,
    industry: Type.Optional(industry),
    targetMarket: Type.Optional(targetMarket),
    model: Type.Optional(
      modelName('One of those that GET /v1/models lists; a flag or the default decides where absent.'),
    ),
  },
  { title: 'GenerateCanvasRequest', description: 'A business to make a canvas of.' },
);
export type GenerateCanvasRequest = Static<typeof GenerateCanvasRequest>;

export const GenerateCanvasResult = Type.Object(
  {
    canvasId: field.uuid('Id of the new canvas.'),
    canvas: Canvas,
    ...completionFacts,
    ...promptFacts,
  },
  { title: 'GenerateCanvasResult', description: 'A new canvas, and what it took.' },
);
export type GenerateCanvasResult = Static<typeof GenerateCanvasResult>;

export const generateCanvas = defineRoute({
  id: 'canvas.generate',
  method: 'POST',
  path: '/api/canvas/generate',
  summary: 'Generate a canvas',
  description: 'Describes a business to a model and stores the canvas that it makes of it as revision 1.',
  auth: user,
  body: GenerateCanvasRequest,
  deadlineMs: spendingDeadlineMs,
  status: 201,
  reply: data(GenerateCanvasResult),
  errors: spendingErrors,
});
