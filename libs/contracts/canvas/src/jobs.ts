import { defineJob, field, strictObject } from '@valuecanvas/contracts-core';
import { cacheControlField, spendingJob } from '@valuecanvas/contracts-llm-router';
import Type from 'typebox';
import { GenerateCanvasRequest } from './generate-canvas.ts';
import { RefineSectionRequest } from './refine-section.ts';
import { CreateVariantRequest } from './variants.ts';

const { model, ...generationVariables } = GenerateCanvasRequest.properties;

export const canvasGeneration = defineJob({
  name: 'canvas_generation',
  description: 'Generates a canvas for the user who submitted the job.',
  payload: Type.Object({
    promptKey: Type.Optional(
      Type.Literal('canvas.generate', {
        description: 'Must be canvas.generate if present.',
      }),
    ),
    promptVariables: strictObject(generationVariables, { description: 'Description of the business.' }),
    model,
    cacheControl: cacheControlField,
  }),
  ...spendingJob,
});

export const canvasVariant = defineJob({
  name: 'canvas_variant',
  description: 'Creates a variant of a canvas for the user who submitted the job.',
  payload: Type.Object({
    promptKey: Type.Optional(
      Type.Literal('canvas.variant', { description: 'Must be canvas.variant if present.' }),
    ),
    canvasId: field.uuid('Canvas of which to create a variant.'),
    kind: CreateVariantRequest.properties.kind,
    model,
    cacheControl: cacheControlField,
  }),
  ...spendingJob,
});

const { section, context } = RefineSectionRequest.properties;

export const canvasRefinement = defineJob({
  name: 'canvas_refinement',
  description: 'Suggests improvements to one block of a canvas for the user who submitted the job.',
  payload: Type.Object({
    promptKey: Type.Optional(
      Type.Literal('canvas.refine', { description: 'Must be canvas.refine if present.' }),
    ),
    canvasId: field.uuid('Canvas to refine.'),
    section,
    promptVariables: Type.Optional(
      strictObject(
        {
          context,
          section: Type.Optional(
            Type.String({
              description: 'Accepted as a prompt variable, but ignored in favour of the field section.',
            }),
          ),
          currentContent: Type.Optional(
            Type.String({
              description: 'Accepted as a prompt variable, but ignored in favour of the stored canvas.',
            }),
          ),
        },
        { description: 'Variables of the prompt.' },
      ),
    ),
    model,
    cacheControl: cacheControlField,
  }),
  ...spendingJob,
});
