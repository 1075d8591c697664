import {
  data,
  defineRoute,
  type ErrorCode,
  field,
  permission,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { completionFacts } from './usage.ts';

const maxPromptLength = 400_000;

/** Name of a model: any text without control characters, which neither headers nor logs can carry. */
export const modelName = (description: string) =>
  Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$', description });

/** Message of a conversation. */
const ChatMessage = strictObject(
  {
    role: Type.Enum(['system', 'user', 'assistant'], { description: 'Role of the message’s author.' }),
    content: Type.String({ maxLength: maxPromptLength, description: 'Text of the message.' }),
  },
  { title: 'ChatMessage', description: 'One message of a conversation.' },
);

export const ResponseFormat = Type.Union(
  [
    strictObject({ type: Type.Literal('text', { description: 'Free text.' }) }),
    strictObject({ type: Type.Literal('json_object', { description: 'Any JSON object.' }) }),
    strictObject({
      type: Type.Literal('json_schema', {
        description:
          'JSON that matches a schema. A model that cannot enforce schemas gets a description of it instead.',
      }),
      json_schema: Type.Object(
        {
          name: Type.String({ maxLength: 64, description: 'Name of the schema.' }),
          schema: Type.Record(Type.String(), Type.Unknown(), { description: 'The JSON Schema.' }),
          strict: Type.Optional(
            Type.Boolean({ description: 'If true, a provider that supports it enforces the schema.' }),
          ),
        },
        { description: 'The schema, in the format of OpenAI’s API.' },
      ),
    }),
  ],
  { description: 'Format of the answer.' },
);

export const ChatRequest = strictObject(
  {
    prompt: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: maxPromptLength,
        description: 'Prompt as one text. Send this, messages or promptKey.',
      }),
    ),
    messages: Type.Optional(
      Type.Array(ChatMessage, {
        minItems: 1,
        maxItems: 500,
        description: 'Conversation. Send this, prompt or promptKey.',
      }),
    ),
    promptKey: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9_.-]{0,99}$',
        description:
          'Prompt of the registry, which is rendered with promptVariables. Its model parameters apply unless the request has its own, and the call is recorded as an execution of the prompt.',
      }),
    ),
    promptVariables: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          'Values of the variables of the prompt, only with promptKey. Missing and unknown ones are rejected.',
      }),
    ),
    promptLabel: Type.Optional(
      Type.String({
        maxLength: 36,
        description:
          'Label of the version to use, only with promptKey. Defaults to `production`, the active version.',
      }),
    ),
    promptEnvironment: Type.Optional(
      Type.String({
        maxLength: 36,
        description: 'Environment of the label, only with promptKey. Defaults to `default`.',
      }),
    ),
    promptUnit: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          'Unit that keeps its version while an experiment or canary of the prompt runs, such as an id of your own user, only with promptKey. Defaults to the caller.',
      }),
    ),
    model: Type.Optional(
      modelName(
        'A model that GET /v1/models lists. Defaults to that of the prompt, or to the platform’s default model.',
      ),
    ),
    maxTokens: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 131_072, description: 'Maximum number of tokens in the answer.' }),
    ),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2, description: 'Sampling temperature.' })),
    responseFormat: Type.Optional(ResponseFormat),
    stream: Type.Optional(
      Type.Boolean({
        description:
          'If true, the answer is streamed as events. By default, it is streamed if the header accept prefers text/event-stream.',
      }),
    ),
    promptVersionId: Type.Optional(
      field.uuid('Prompt version from which the prompt was rendered. Recorded with the usage.'),
    ),
  },
  { title: 'ChatRequest', description: 'A request to a model.' },
);
export type ChatRequest = Static<typeof ChatRequest>;

export const ChatResult = Type.Object(
  {
    content: Type.String({
      description:
        'The answer. A model that answers with a tool call, with reasoning only or with a refusal returns that text here.',
    }),
    ...completionFacts,
    finishReason: Type.String({
      description: 'Reason why the model stopped: stop, length, tool_calls, content_filter or refusal.',
    }),
    promptVersion: Type.Optional(
      Type.Integer({ description: 'Version of the prompt, if the request has a promptKey.' }),
    ),
    executionId: Type.Optional(
      field.uuid(
        'Id of the execution of the prompt, for its rating. Absent without promptKey, and for a replayed answer.',
      ),
    ),
  },
  { title: 'ChatResult', description: 'The answer of a model, with its tokens, cost and latency.' },
);
export type ChatResult = Static<typeof ChatResult>;

/** Error codes of any operation that calls a model. */
export const spendingErrors = [
  'MODEL_NOT_FOUND',
  'BUDGET_EXCEEDED',
  'RATE_LIMITED',
  'PROVIDER_RATE_LIMITED',
  'LLM_BAD_RESPONSE',
  'LLM_UNAVAILABLE',
  'LLM_TIMEOUT',
  'DEPENDENCY_UNAVAILABLE',
  'OVERLOADED',
] as const satisfies readonly ErrorCode[];

/** Timeout of a request that calls a model. */
export const spendingTimeout = { deadlineMs: 90_000, waitsForModel: true } as const;

/** Settings of jobs whose work is one call of a model. */
export const spendingJob = {
  attempts: 3,
  backoffMs: 2_000,
  timeoutMs: 120_000,
  waitsForModel: true,
  maxWaitMs: 3_600_000,
  retentionDays: 90,
} as const;

/** Field of the payload of such a job: the header `cache-control` with which it was submitted. */
export const cacheControlField = Type.Optional(
  Type.String({ description: 'Header cache-control of the submission.' }),
);

/** Cache directives of a request. Any other directive is ignored. */
export const cacheRequestHeader = {
  'cache-control': Type.String({
    description:
      'no-cache, or max-age=0, requests a new answer, which is cached. no-store requests a new answer that is neither cached nor shared with other requests.',
  }),
};

/** Response headers with the origin of an answer, for clients of other protocols. A stream sends those known at its start. */
export const completionHeaders = {
  'x-llm-provider': Type.String({ description: 'Provider that answered, or cache.' }),
  'x-llm-model': Type.String({
    description: 'Model that answered. A name with characters outside visible ASCII is percent-encoded.',
  }),
  'x-llm-cost': Type.String({
    description: 'Exact cost of the call in US dollars. Not sent on streams.',
  }),
  'x-llm-cached': Type.Enum(['hit', 'miss', 'bypass'], {
    description: 'Cache result: hit, miss, or bypass if the cache was not consulted.',
  }),
  age: Type.String({ description: 'Age of a cached answer in seconds.' }),
};

const ChatDelta = Type.Object(
  { content: Type.String({ description: 'The next piece of the answer.' }) },
  { title: 'ChatDelta', description: 'A piece of an answer.' },
);

export const chat = defineRoute({
  id: 'llm.chat',
  method: 'POST',
  path: '/api/llm/chat',
  summary: 'Call a model',
  description:
    'Sends a prompt, a conversation or a prompt of the registry to the first provider that can serve it and returns the answer. With stream, the answer is sent in pieces. Fails with VALIDATION_FAILED if the provider rejects the input.',
  auth: permission('llm'),
  body: ChatRequest,
  example: { prompt: 'How can a bakery find its first customers?', maxTokens: 300 },
  bodyLimitBytes: 8 * 1024 * 1024,
  ...spendingTimeout,
  idempotent: 'own',
  requestHeaders: cacheRequestHeader,
  reply: data(ChatResult),
  responseHeaders: completionHeaders,
  events: { delta: ChatDelta, done: ChatResult },
  errors: [...spendingErrors, 'NOT_FOUND'],
});
