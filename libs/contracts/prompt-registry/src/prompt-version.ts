import { field, strictObject } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** Words that stand for routes below /api/prompts and so cannot be prompts. */
export const reservedKeys = ['versions', 'ab-tests', 'executions'] as const;

export const promptKey = Type.String({
  pattern: '^[a-z][a-z0-9_.-]{0,99}$',
  description: 'Name of the prompt, dotted lower case.',
});

export const PromptVariable = strictObject(
  {
    name: Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$', description: 'Name, as in the template.' }),
    required: Type.Boolean({ description: 'Whether rendering fails without it.' }),
    description: Type.Optional(Type.String({ maxLength: 500, description: 'What it stands for.' })),
  },
  { title: 'PromptVariable', description: 'One blank of a template.' },
);
export type PromptVariable = Static<typeof PromptVariable>;

export const PromptMetadata = strictObject(
  {
    author: Type.String({ maxLength: 200, description: 'Who wrote it.' }),
    description: Type.String({ maxLength: 2_000, description: 'What changed, or what it is for.' }),
    tags: Type.Array(Type.String({ maxLength: 50 }), { maxItems: 20, description: 'Words to find it by.' }),
    model: Type.Optional(Type.String({ maxLength: 200, description: 'Model that it was written for.' })),
    temperature: Type.Optional(
      Type.Number({ minimum: 0, maximum: 2, description: 'Randomness to ask for.' }),
    ),
    maxTokens: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 131_072, description: 'Largest answer to ask for, in tokens.' }),
    ),
  },
  { title: 'PromptMetadata', description: 'What goes with a template.' },
);
export type PromptMetadata = Static<typeof PromptMetadata>;

const rate = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const PromptPerformance = Type.Object(
  {
    executions: field.count('Times that it was used.'),
    successRate: rate('Share of the uses that succeeded; 0 without any.'),
    avgLatency: field.milliseconds('Mean milliseconds of a use.'),
    avgCost: field.dollars('Mean cost of a use in US dollars.'),
    avgTokens: Type.Number({ minimum: 0, description: 'Mean tokens of a use.' }),
    userSatisfaction: Type.Number({
      minimum: 0,
      maximum: 5,
      description: 'Mean rating from 1 to 5; 0 without any.',
    }),
  },
  { title: 'PromptPerformance', description: 'How a version has done.' },
);
export type PromptPerformance = Static<typeof PromptPerformance>;

/** Bounded by the column that holds it. */
export const versionNumber = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 2_147_483_647, description });

export const template = Type.String({
  minLength: 1,
  maxLength: 100_000,
  description: 'Text with {{name}} for a variable and {{#name}}…{{/name}} for a part that needs one.',
});

export const PromptVersion = Type.Object(
  {
    id: field.uuid('Id of the version.'),
    promptKey,
    version: versionNumber('Number of the version.'),
    template,
    variables: Type.Array(PromptVariable, { description: 'The blanks of the template.' }),
    metadata: PromptMetadata,
    performance: PromptPerformance,
    status: Type.Enum(['draft', 'testing', 'active', 'deprecated'], { description: 'Where it stands.' }),
    createdAt: field.timestamp('When it was made.'),
    activatedAt: Type.Optional(field.timestamp('When it last became the active one.')),
  },
  { title: 'PromptVersion', description: 'One immutable version of a prompt.' },
);
export type PromptVersion = Static<typeof PromptVersion>;
