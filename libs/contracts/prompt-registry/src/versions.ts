import { data, defineRoute, list, listQuery, permission, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import {
  PromptMetadata,
  PromptVariable,
  PromptVersion,
  promptKey,
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

export const CreatePromptVersionRequest = strictObject(
  {
    promptKey,
    template,
    variables: Type.Array(
      Type.Union([PromptVariable, Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$' })], {
        description: 'A variable, or only its name, which makes it required.',
      }),
      { maxItems: 50, description: 'All variables of the template, each exactly once.' },
    ),
    metadata: Type.Optional(
      Type.Partial(PromptMetadata, {
        additionalProperties: false,
        description: 'Description and model parameters of the version.',
      }),
    ),
  },
  { title: 'CreatePromptVersionRequest', description: 'A new version of a prompt.' },
);
export type CreatePromptVersionRequest = Static<typeof CreatePromptVersionRequest>;

export const createPromptVersion = defineRoute({
  id: 'prompts.createVersion',
  method: 'POST',
  path: '/api/prompts/versions',
  summary: 'Create a prompt version',
  description:
    'Stores the next version of a prompt as a draft. Versions are immutable. The names versions, ab-tests and executions are reserved.',
  auth: permission('prompts:write'),
  body: CreatePromptVersionRequest,
  example: {
    promptKey: 'welcome.letter',
    template: 'Write a short welcome letter to {{customer}}.',
    variables: ['customer'],
    metadata: { description: 'Welcomes a new customer', maxTokens: 300 },
  },
  bodyLimitBytes: 2 * 1024 * 1024,
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
    'Makes a version the active one for all users. All services use it within a second. Fails with VALIDATION_FAILED if the version requires a variable that the service of the prompt does not always give, or names a model that no configured provider serves.',
  auth: permission('prompts:activate'),
  params: Type.Object({
    promptKey,
    version: versionNumber('Number of the version.'),
  }),
  reply: data(PromptVersion),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
