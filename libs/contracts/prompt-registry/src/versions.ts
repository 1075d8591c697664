import { data, defineRoute, field, list, permission, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import {
  PromptMetadata,
  PromptVariable,
  PromptVersion,
  promptKey,
  template,
  versionNumber,
} from './prompt-version.ts';

const pageCursor = Type.Optional(field.uuid('The nextCursor of the page before; absent for the first page.'));

export const listPromptVersions = defineRoute({
  id: 'prompts.listVersions',
  method: 'GET',
  path: '/api/prompts/versions',
  summary: 'List prompt versions',
  description:
    'Versions of all prompts or of one, newest first. Drafts are included for callers that hold `prompts:write`.',
  auth: permission('prompts:read'),
  query: Type.Object({ promptKey: Type.Optional(promptKey), cursor: pageCursor, limit: field.pageLimit }),
  reply: list(PromptVersion),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const CreatePromptVersionRequest = strictObject(
  {
    promptKey,
    template,
    variables: Type.Array(
      Type.Union([PromptVariable, Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$' })], {
        description: 'A blank, or just its name: then it is required.',
      }),
      { maxItems: 50, description: 'The blanks of the template: all of them, each once, and no other.' },
    ),
    metadata: Type.Optional(
      Type.Partial(PromptMetadata, {
        additionalProperties: false,
        description: 'What goes with the template.',
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
    'Stores the next version of a prompt as a draft. Versions never change afterwards. No prompt can be called versions, ab-tests or executions.',
  auth: permission('prompts:write'),
  body: CreatePromptVersionRequest,
  bodyLimitBytes: 512 * 1024,
  status: 201,
  reply: data(PromptVersion),
  errors: ['CONFLICT', 'DEPENDENCY_UNAVAILABLE'],
});

export const activatePromptVersion = defineRoute({
  id: 'prompts.activateVersion',
  method: 'POST',
  path: '/api/prompts/versions/:promptKey/:version/activate',
  summary: 'Activate a prompt version',
  description: 'Makes a version the one that everybody gets, everywhere within a second.',
  auth: permission('prompts:activate'),
  params: Type.Object({
    promptKey,
    version: versionNumber('Number of the version.'),
  }),
  reply: data(PromptVersion),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
