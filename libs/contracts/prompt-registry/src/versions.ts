import {
  data,
  defineRoute,
  empty,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import {
  PromptMetadata,
  PromptPerformance,
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

export const PromptSummary = Type.Object(
  {
    promptKey,
    versions: field.count('Number of versions, drafts included.'),
    latest: versionNumber('Number of the newest version.'),
    updatedAt: field.timestamp('Time at which the newest version was created.'),
    active: Type.Optional(
      Type.Object(
        {
          version: versionNumber('Number of the active version.'),
          activatedAt: field.timestamp('Time of its latest activation.'),
          performance: PromptPerformance,
        },
        { description: 'The active version. Absent if the prompt has none.' },
      ),
    ),
  },
  { title: 'PromptSummary', description: 'A prompt with its newest and its active version.' },
);
export type PromptSummary = Static<typeof PromptSummary>;

export const listPrompts = defineRoute({
  id: 'prompts.list',
  method: 'GET',
  path: '/api/prompts',
  summary: 'List prompts',
  description: 'All prompts by key, with the statistics of the active version of each.',
  auth: permission('prompts:write'),
  query: listQuery(),
  reply: list(PromptSummary),
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
    'Makes a version the active one for all users: moves the label `production` of the environment `default`. All services use it within a second. Fails with FORBIDDEN if the label is protected, with UNPROCESSABLE and the reasons if the version does not pass the gate of the label, and with VALIDATION_FAILED if the version requires a variable that the service of the prompt does not always give, or names a model that no configured provider serves.',
  auth: permission('prompts:activate'),
  params: Type.Object({
    promptKey,
    version: versionNumber('Number of the version.'),
  }),
  reply: data(PromptVersion),
  errors: ['NOT_FOUND', 'UNPROCESSABLE', 'DEPENDENCY_UNAVAILABLE'],
});

/** The immutable part of a version. */
export const PinnedPromptVersion = Type.Omit(
  PromptVersion,
  ['performance', 'status', 'activatedAt', 'embedded'],
  {
    title: 'PinnedPromptVersion',
    description: 'A version without its status, statistics and embedded prompts, which change.',
  },
);
export type PinnedPromptVersion = Static<typeof PinnedPromptVersion>;

const cachingHeaders = {
  etag: Type.String({ description: 'Changes with the content.' }),
  'cache-control': Type.String({ description: 'A version is immutable, so caches keep it for a year.' }),
};

export const getPromptVersion = defineRoute({
  id: 'prompts.getVersion',
  method: 'GET',
  path: '/api/prompts/versions/:promptKey/:version',
  summary: 'Get a version of a prompt',
  description:
    'Returns a version without its status and statistics, so that caches can keep it. Drafts need `prompts:write`. Answers 304 if if-none-match has its ETag.',
  auth: permission('prompts:read'),
  params: Type.Object({ promptKey, version: versionNumber('Number of the version.') }),
  reply: data(PinnedPromptVersion),
  otherReplies: { 304: empty },
  responseHeaders: cachingHeaders,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

const changeKind = (description: string) => Type.Enum(['equal', 'removed', 'added'], { description });

const DiffLine = Type.Object(
  {
    kind: changeKind('Change of the line.'),
    from: Type.Optional(field.ordinal('Number of the line in the first version.')),
    to: Type.Optional(field.ordinal('Number of the line in the second version.')),
    text: Type.String({ description: 'Text of the line.' }),
    words: Type.Optional(
      Type.Array(
        Type.Object({
          kind: changeKind('Change of the words.'),
          text: Type.String({ description: 'The words.' }),
        }),
        { description: 'Parts of a line that was changed: equal ones, and those of this version alone.' },
      ),
    ),
  },
  { title: 'DiffLine', description: 'One line of a diff.' },
);
export type DiffLine = Static<typeof DiffLine>;

const FieldChange = Type.Object(
  {
    name: Type.String({ description: 'Name of the variable or field.' }),
    before: Type.Optional(
      Type.Unknown({ description: 'Value in the first version. Absent if it was added.' }),
    ),
    after: Type.Optional(
      Type.Unknown({ description: 'Value in the second version. Absent if it was removed.' }),
    ),
  },
  { title: 'FieldChange', description: 'A change of a variable or of a field of the metadata.' },
);
export type FieldChange = Static<typeof FieldChange>;

export const PromptDiff = Type.Object(
  {
    promptKey,
    from: versionNumber('Number of the first version.'),
    to: versionNumber('Number of the second version.'),
    lines: Type.Array(DiffLine, {
      description:
        'Text of both versions by line. Each message of a chat prompt follows a line with its role.',
    }),
    variables: Type.Array(FieldChange, { description: 'Changed variables.' }),
    metadata: Type.Array(FieldChange, { description: 'Changed model parameters, tags and descriptions.' }),
  },
  { title: 'PromptDiff', description: 'Differences between two versions of a prompt.' },
);
export type PromptDiff = Static<typeof PromptDiff>;

export const diffPromptVersions = defineRoute({
  id: 'prompts.diff',
  method: 'GET',
  path: '/api/prompts/:promptKey/diff',
  summary: 'Compare two versions',
  description:
    'Compares the text of two versions by line and word, and their variables and metadata. Drafts need `prompts:write`. Answers 304 if if-none-match has its ETag.',
  auth: permission('prompts:read'),
  params: Type.Object({ promptKey }),
  query: Type.Object({
    from: versionNumber('Number of the first version.'),
    to: versionNumber('Number of the second version.'),
  }),
  reply: data(PromptDiff),
  otherReplies: { 304: empty },
  responseHeaders: cachingHeaders,
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
