import { field, strictObject } from '@valuecanvas/contracts-core';
import { ResponseFormat } from '@valuecanvas/contracts-llm-router';
import Type, { type Static } from 'typebox';

/**
 * Variables that services give in every rendering, by prompt key. A version of such a prompt that requires another variable
 * cannot be activated.
 */
export const alwaysGiven: Readonly<Record<string, readonly string[]>> = {
  'canvas.generate': ['businessDescription'],
  'canvas.refine': ['section', 'currentContent', 'context'],
  'canvas.variant': ['businessDescription', 'currentCanvas', 'variant'],
  'canvas.check': ['businessDescription', 'currentCanvas'],
};

/** Reserved names, which are routes below /api/prompts. */
export const reservedKeys = [
  'versions',
  'ab-tests',
  'executions',
  'evaluate',
  'batch',
  'metrics',
  'datasets',
  'evaluations',
  'canaries',
  'webhooks',
] as const;

export const promptKey = Type.String({
  pattern: '^[a-z][a-z0-9_.-]{0,99}$',
  description: 'Name of the prompt, in dotted lower case.',
  examples: ['canvas.generate'],
});

export const PromptVariable = strictObject(
  {
    name: Type.String({
      pattern: '^[a-zA-Z][a-zA-Z0-9_]{0,63}$',
      description: 'Name of the variable, as in the template.',
    }),
    required: Type.Boolean({ description: 'If true, rendering fails without a value.' }),
    description: Type.Optional(Type.String({ maxLength: 500, description: 'Description of the variable.' })),
    schema: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          'JSON Schema of the value, without $ref, pattern and format. Without a schema the value is a text. A value that is not a text is inserted as JSON.',
      }),
    ),
  },
  { title: 'PromptVariable', description: 'A variable of a template.' },
);
export type PromptVariable = Static<typeof PromptVariable>;

const PromptTool = strictObject(
  {
    type: Type.Literal('function', { description: 'Kind of the tool.' }),
    function: strictObject(
      {
        name: Type.String({ pattern: '^[a-zA-Z0-9_-]{1,64}$', description: 'Name of the function.' }),
        description: Type.Optional(
          Type.String({ maxLength: 2_000, description: 'Tells the model when to call the function.' }),
        ),
        parameters: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema of the arguments.' }),
        ),
      },
      { description: 'The function, in the format of OpenAI’s API.' },
    ),
  },
  { title: 'PromptTool', description: 'A function that the model may call.' },
);

/** Settings for the call of a model with the prompt. */
const modelParameters = {
  model: Type.Optional(
    Type.String({ maxLength: 200, description: 'Model for which the prompt was written.' }),
  ),
  temperature: Type.Optional(
    Type.Number({ minimum: 0, maximum: 2, description: 'Sampling temperature for the model.' }),
  ),
  maxTokens: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 131_072, description: 'Maximum number of tokens in the answer.' }),
  ),
  responseFormat: Type.Optional(ResponseFormat),
  tools: Type.Optional(
    Type.Array(PromptTool, { maxItems: 64, description: 'Functions that the model may call.' }),
  ),
};

export const ModelParameters = Type.Object(modelParameters, {
  title: 'ModelParameters',
  description: 'Model parameters of a version.',
});

export const PromptMetadata = strictObject(
  {
    author: Type.String({ maxLength: 200, description: 'Author of the version.' }),
    description: Type.String({
      maxLength: 2_000,
      description: 'Purpose of the version, or changes from the previous one.',
    }),
    tags: Type.Array(Type.String({ maxLength: 50 }), { maxItems: 20, description: 'Tags for searching.' }),
    commitMessage: Type.Optional(
      Type.String({ maxLength: 500, description: 'Reason for the change, as in a commit.' }),
    ),
    ...modelParameters,
  },
  { title: 'PromptMetadata', description: 'Description and model parameters of a version.' },
);
export type PromptMetadata = Static<typeof PromptMetadata>;

const rate = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

export const PromptPerformance = Type.Object(
  {
    executions: field.count('Number of executions.'),
    successRate: rate('Share of executions that succeeded, or 0 without executions.'),
    avgLatency: field.milliseconds('Mean latency of an execution in milliseconds.'),
    avgCost: field.dollars('Mean cost of an execution in US dollars.'),
    avgTokens: Type.Number({ minimum: 0, description: 'Mean number of tokens of an execution.' }),
    userSatisfaction: Type.Number({
      minimum: 0,
      maximum: 5,
      description: 'Mean rating from 1 to 5, or 0 without ratings.',
    }),
  },
  { title: 'PromptPerformance', description: 'Usage statistics of a version.' },
);
export type PromptPerformance = Static<typeof PromptPerformance>;

/** Bounded by its column. */
export const versionNumber = (description: string) =>
  Type.Integer({ minimum: 1, maximum: 2_147_483_647, description });

/** Maximum length of a template, and of the messages of a version together, in UTF-16 code units. */
export const maxTemplateLength = 500_000;

export const template = Type.String({
  minLength: 1,
  maxLength: maxTemplateLength,
  description:
    "Template text. {{name}} inserts a variable, {{#name}}…{{/name}} includes a part only if the variable has a value, {{>key@label}} or {{>key@3}} embeds another prompt, and {{'{{'}} writes {{.",
});

const messageRole = Type.Enum(['system', 'user', 'assistant'], {
  description: 'Role of the message’s author.',
});

export const PromptMessage = strictObject(
  { role: messageRole, content: template },
  { title: 'PromptMessage', description: 'A message of a chat prompt, whose content is a template.' },
);
export type PromptMessage = Static<typeof PromptMessage>;

export const RenderedMessage = Type.Object(
  { role: messageRole, content: Type.String({ description: 'Rendered text of the message.' }) },
  { title: 'RenderedMessage', description: 'A rendered message.' },
);
export type RenderedMessage = Static<typeof RenderedMessage>;

/** Messages of a version, absent if it is one text. */
export const promptMessages = Type.Array(PromptMessage, {
  minItems: 1,
  maxItems: 100,
  description: 'Messages of a chat prompt. A version that is one text has none.',
});

/** Maximum depth of embedded prompts. A prompt that embeds another one has depth 1. */
export const maxEmbedDepth = 5;

export const EmbeddedPrompt = Type.Object(
  {
    reference: Type.String({
      description:
        'Prompt as templates name it, in full: `key@3` for a version, or `key@label` or `key@environment/label` for a label.',
      examples: ['tone.friendly@production'],
    }),
    promptKey,
    version: versionNumber('Version to which the reference leads now.'),
    versionId: field.uuid('Id of this version.'),
    template: Type.String({ description: 'Template text of this version.' }),
    variables: Type.Array(PromptVariable, { description: 'Variables of this template.' }),
  },
  { title: 'EmbeddedPrompt', description: 'A prompt that another one embeds.' },
);
export type EmbeddedPrompt = Static<typeof EmbeddedPrompt>;

export const embeddedPrompts = Type.Array(EmbeddedPrompt, {
  description:
    'Prompts that the template embeds, directly or through others, ordered by reference. Absent without any. Their variables join those of the template.',
});

export const PromptVersion = Type.Object(
  {
    id: field.uuid('Id of the version.'),
    promptKey,
    version: versionNumber('Number of the version.'),
    template,
    messages: Type.Optional(promptMessages),
    variables: Type.Array(PromptVariable, { description: 'Variables of the template.' }),
    embedded: Type.Optional(embeddedPrompts),
    metadata: PromptMetadata,
    performance: PromptPerformance,
    status: Type.Enum(['draft', 'testing', 'active', 'deprecated'], {
      description: 'Status of the version.',
    }),
    createdAt: field.timestamp('Time at which the version was created.'),
    activatedAt: Type.Optional(field.timestamp('Time of the latest activation.')),
  },
  { title: 'PromptVersion', description: 'One immutable version of a prompt.' },
);
export type PromptVersion = Static<typeof PromptVersion>;
