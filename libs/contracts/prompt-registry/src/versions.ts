import { data, defineRoute, list, listQuery, permission, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import {
  PromptMetadata,
  PromptVariable,
  PromptVersion,
  promptKey,
  promptMessages,
  template,
  versionNumber,
} from './prompt-version.ts';

export const listPromptVersions = defineRoute({
  id: 'prompts.listVersions',
  method: 'GET',
  path: '/api/prompts/versions',
  summary: 'List prompt versions',
  description:
    'Versions of all prompts or of one, newest first. Drafts are included for callers that hold `prompts:write`.',
  auth: permission('prompts:read'),
  query: listQuery({ promptKey: Type.Optional(promptKey) }),
  reply: list(PromptVersion),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const VariablesSchema = strictObject(
  {
    type: Type.Literal('object', { description: 'The values are an object.' }),
    properties: Type.Record(
      Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$' }),
      Type.Record(Type.String(), Type.Unknown()),
      { maxProperties: 50, description: 'JSON Schema of each variable.' },
    ),
    required: Type.Optional(
      Type.Array(Type.String(), { description: 'Names of the variables without which rendering fails.' }),
    ),
    additionalProperties: Type.Optional(
      Type.Literal(false, { description: 'Unknown variables are always refused.' }),
    ),
  },
  { title: 'VariablesSchema', description: 'JSON Schema of the values of a prompt’s variables.' },
);

export const CreatePromptVersionRequest = strictObject(
  {
    promptKey,
    template: Type.Optional(template),
    messages: Type.Optional(promptMessages),
    variables: Type.Union(
      [
        Type.Array(
          Type.Union([PromptVariable, Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$' })], {
            description: 'A variable, or only its name, which makes it required.',
          }),
          { maxItems: 50 },
        ),
        VariablesSchema,
      ],
      {
        description:
          'All variables of the template, each exactly once: as a list, or as a JSON Schema of the object of their values.',
      },
    ),
    metadata: Type.Optional(
      Type.Partial(PromptMetadata, {
        additionalProperties: false,
        description: 'Description and model parameters of the version.',
      }),
    ),
  },
  {
    title: 'CreatePromptVersionRequest',
    description: 'A new version of a prompt: either a template or messages.',
  },
);
export type CreatePromptVersionRequest = Static<typeof CreatePromptVersionRequest>;

export const createPromptVersion = defineRoute({
  id: 'prompts.createVersion',
  method: 'POST',
  path: '/api/prompts/versions',
  summary: 'Create a prompt version',
  description:
    'Stores the next version of a prompt as a draft. Versions are immutable. The names of the other routes below /api/prompts are reserved.',
  auth: permission('prompts:write'),
  body: CreatePromptVersionRequest,
  example: {
    promptKey: 'welcome.letter',
    template: 'Write a short welcome letter to {{customer}}.',
    variables: ['customer'],
    metadata: { description: 'Welcomes a new customer', maxTokens: 300 },
  },
  bodyLimitBytes: 4 * 1024 * 1024,
  idempotent: true,
  status: 201,
  reply: data(PromptVersion),
  errors: ['CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const activatePromptVersion = defineRoute({
  id: 'prompts.activateVersion',
  method: 'POST',
  path: '/api/prompts/versions/:promptKey/:version/activate',
  summary: 'Activate a prompt version',
  description:
    'Makes a version the active one for all users: moves the label `production` of the environment `default`. All services use it within a second. Fails with FORBIDDEN if the label is protected, and with VALIDATION_FAILED if the version requires a variable that the service of the prompt does not always give, or names a model that no configured provider serves.',
  auth: permission('prompts:activate'),
  params: Type.Object({
    promptKey,
    version: versionNumber('Number of the version.'),
  }),
  reply: data(PromptVersion),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
