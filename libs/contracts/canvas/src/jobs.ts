import { defineJob, field, strictObject } from '@valuecanvas/contracts-core';
import { spendingJob } from '@valuecanvas/contracts-llm-router';
import Type from 'typebox';
import { GenerateCanvasRequest } from './generate-canvas.ts';
import { RefineSectionRequest } from './refine-section.ts';

const { model, ...generationVariables } = GenerateCanvasRequest.properties;

export const canvasGeneration = defineJob({
  name: 'canvas_generation',
  description: 'Generates a canvas for the user who submitted the job.',
  payload: Type.Object({
    promptKey: Type.Optional(
      Type.Literal('canvas.generate', {
        description: 'canvas.generate, or absent: no other prompt does this.',
      }),
    ),
    promptVariables: strictObject(generationVariables, { description: 'The business to make a canvas of.' }),
    model,
  }),
  ...spendingJob,
});

const { section, context } = RefineSectionRequest.properties;

export const canvasRefinement = defineJob({
  name: 'canvas_refinement',
  description: 'Suggests improvements of one block of a canvas to the user who submitted the job.',
  payload: Type.Object({
    promptKey: Type.Optional(
      Type.Literal('canvas.refine', { description: 'canvas.refine, or absent: no other prompt does this.' }),
    ),
    canvasId: field.uuid('Canvas to refine.'),
    section,
    promptVariables: Type.Optional(
      strictObject(
        {
          context,
          section: Type.Optional(
            Type.String({ description: 'Accepted as a variable of the prompt; the field section decides.' }),
          ),
          currentContent: Type.Optional(
            Type.String({ description: 'Accepted as a variable of the prompt; the stored canvas decides.' }),
          ),
        },
        { description: 'Variables of the prompt.' },
      ),
    ),
    model,
  }),
  ...spendingJob,
});
