import { data, defineRoute, empty, field, permission, strictObject, user } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { PromptVersion, promptKey, versionNumber } from './prompt-version.ts';

const params = Type.Object({ promptKey });

export const getPrompt = defineRoute({
  id: 'prompts.get',
  method: 'GET',
  path: '/api/prompts/:promptKey',
  summary: 'Read the active version of a prompt',
  description: 'The version that everybody gets at present.',
  auth: permission('prompts:read'),
  params,
  reply: data(PromptVersion),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const RenderPromptRequest = strictObject(
  {
    variables: Type.Record(Type.String(), Type.String({ maxLength: 100_000 }), {
      description: 'Values of the variables; missing required and unknown ones are refused.',
    }),
    version: Type.Optional(versionNumber('Version to render; the active one where absent.')),
  },
  { title: 'RenderPromptRequest', description: 'Values for the blanks of a prompt.' },
);

export const RenderedPrompt = Type.Object(
  {
    promptKey,
    version: versionNumber('Version that was rendered.'),
    versionId: field.uuid('Id of that version.'),
    content: Type.String({ description: 'The finished text.' }),
    metadata: Type.Object(
      {
        model: Type.Optional(Type.String({ description: 'Model that it was written for.' })),
        temperature: Type.Optional(Type.Number({ description: 'Randomness to ask for.' })),
        maxTokens: Type.Optional(Type.Integer({ description: 'Largest answer to ask for, in tokens.' })),
      },
      { description: 'What to ask a model with.' },
    ),
  },
  { title: 'RenderedPrompt', description: 'A finished prompt.' },
);
export type RenderedPrompt = Static<typeof RenderedPrompt>;

export const renderPrompt = defineRoute({
  id: 'prompts.render',
  method: 'POST',
  path: '/api/prompts/:promptKey/render',
  summary: 'Render a prompt',
  description: 'Fills the variables into a template. Nothing is sent to a model.',
  auth: permission('prompts:read'),
  params,
  body: RenderPromptRequest,
  bodyLimitBytes: 512 * 1024,
  reply: data(RenderedPrompt),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const RateExecutionRequest = strictObject(
  {
    rating: Type.Integer({ minimum: 1, maximum: 5, description: 'From 1 (useless) to 5 (excellent).' }),
    comment: Type.Optional(Type.String({ maxLength: 2_000, description: 'Why.' })),
  },
  { title: 'RateExecutionRequest', description: 'What a user thinks of a result.' },
);

export const rateExecution = defineRoute({
  id: 'prompts.rateExecution',
  method: 'POST',
  path: '/api/prompts/executions/:id/feedback',
  summary: 'Rate the result of a prompt',
  description: 'Rates one of the caller’s own executions; a second rating replaces the first.',
  auth: user,
  params: Type.Object({ id: field.uuid('Id of the execution.') }),
  body: RateExecutionRequest,
  status: 204,
  reply: empty,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
