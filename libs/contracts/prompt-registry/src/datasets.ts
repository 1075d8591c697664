import {
  data,
  defineRoute,
  field,
  list,
  listQuery,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { Grader } from './graders.ts';
import { versionNumber } from './prompt-version.ts';
import { promptValue } from './use-prompt.ts';

/** Maximum number of cases of a dataset. */
export const maxCases = 1_000;

const maxGraders = 20;

export const datasetName = Type.String({
  pattern: '^[a-z][a-z0-9_.-]{0,99}$',
  description: 'Name of the dataset, in dotted lower case.',
  examples: ['canvas.generate.basic'],
});

const graders = (description: string) => Type.Array(Grader, { maxItems: maxGraders, description });

export const DatasetCase = strictObject(
  {
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Name of the case, for people.' }),
    ),
    variables: Type.Record(Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$' }), promptValue, {
      description: 'Values of the variables of the prompt.',
    }),
    expected: Type.Optional(
      Type.String({
        maxLength: 20_000,
        description: 'Expected answer. Required if an exact or contains grader has no text of its own.',
      }),
    ),
    critical: Type.Optional(Type.Boolean({ description: 'True if no gate passes while this case fails.' })),
    weight: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1_000,
        description: 'Weight in the score of a run. Defaults to 1.',
      }),
    ),
    graders: Type.Optional(graders('Graders of this case alone, in addition to those of the dataset.')),
  },
  { title: 'DatasetCase', description: 'Values for a prompt, with what is expected of the answer.' },
);
export type DatasetCase = Static<typeof DatasetCase>;

export const Dataset = Type.Object(
  {
    name: datasetName,
    version: versionNumber('Number of the version.'),
    contentHash: Type.String({
      description: 'SHA-256 of the graders and cases in hexadecimal. Equal content has an equal hash.',
    }),
    description: Type.String({ description: 'Purpose of the dataset.' }),
    graders: graders('Graders of every case.'),
    caseCount: field.count('Number of cases.'),
    createdBy: Type.Optional(field.uuid('User who stored the version.')),
    createdAt: field.timestamp('Time at which the version was stored.'),
  },
  { title: 'Dataset', description: 'One immutable version of a dataset, without its cases.' },
);
export type Dataset = Static<typeof Dataset>;

export const CreateDatasetRequest = strictObject(
  {
    name: datasetName,
    description: Type.Optional(
      Type.String({ maxLength: 2_000, description: 'Purpose of the dataset. Not part of its content.' }),
    ),
    graders: Type.Optional(graders('Graders of every case.')),
    cases: Type.Optional(
      Type.Array(DatasetCase, {
        minItems: 1,
        maxItems: maxCases,
        description: 'The cases. Send these or jsonl.',
      }),
    ),
    jsonl: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4_000_000,
        description: 'The cases as JSON Lines, one per line. Send this or cases.',
      }),
    ),
  },
  { title: 'CreateDatasetRequest', description: 'Content of a dataset.' },
);
export type CreateDatasetRequest = Static<typeof CreateDatasetRequest>;

export const createDataset = defineRoute({
  id: 'prompts.createDataset',
  method: 'POST',
  path: '/api/prompts/datasets',
  summary: 'Store a dataset',
  description:
    'Stores the next version of a dataset. Versions are immutable. Answers 200 with the latest version if its content is the same. A dataset has at most 1,000 cases, and every case at least one grader.',
  auth: permission('prompts:write'),
  body: CreateDatasetRequest,
  example: {
    name: 'welcome.letter.basic',
    description: 'The letter addresses the customer and stays friendly.',
    graders: [
      { type: 'contains', values: ['welcome'], ignoreCase: true },
      { type: 'expression', expression: 'words(answer) <= 200' },
    ],
    cases: [{ variables: { customer: 'Ada' } }, { variables: { customer: 'Grace' }, critical: true }],
  },
  bodyLimitBytes: 8 * 1024 * 1024,
  idempotent: true,
  status: 201,
  reply: data(Dataset),
  otherReplies: { 200: data(Dataset) },
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const listDatasets = defineRoute({
  id: 'prompts.listDatasets',
  method: 'GET',
  path: '/api/prompts/datasets',
  summary: 'List datasets',
  description: 'Latest version of each dataset, ordered by name.',
  auth: permission('prompts:write'),
  query: listQuery(),
  reply: list(Dataset),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

const params = Type.Object({ name: datasetName });
const versionQuery = {
  version: Type.Optional(versionNumber('Number of the version. The latest one by default.')),
};

export const getDataset = defineRoute({
  id: 'prompts.getDataset',
  method: 'GET',
  path: '/api/prompts/datasets/:name',
  summary: 'Get a dataset',
  description: 'Returns a version of a dataset without its cases.',
  auth: permission('prompts:write'),
  params,
  query: Type.Object(versionQuery),
  reply: data(Dataset),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});

export const listDatasetVersions = defineRoute({
  id: 'prompts.listDatasetVersions',
  method: 'GET',
  path: '/api/prompts/datasets/:name/versions',
  summary: 'List the versions of a dataset',
  description: 'Versions of a dataset, newest first.',
  auth: permission('prompts:write'),
  params,
  query: listQuery(),
  reply: list(Dataset),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});

export const NumberedCase = Type.Object(
  { position: field.ordinal('Position of the case in the dataset, from 1.'), ...DatasetCase.properties },
  { title: 'NumberedCase', description: 'A case of a dataset with its position.' },
);
export type NumberedCase = Static<typeof NumberedCase>;

export const listDatasetCases = defineRoute({
  id: 'prompts.listDatasetCases',
  method: 'GET',
  path: '/api/prompts/datasets/:name/cases',
  summary: 'List the cases of a dataset',
  description: 'Cases of a version of a dataset, in their order.',
  auth: permission('prompts:write'),
  params,
  query: listQuery(versionQuery),
  reply: list(NumberedCase),
  errors: ['NOT_FOUND', 'DEPENDENCY_UNAVAILABLE'],
});
