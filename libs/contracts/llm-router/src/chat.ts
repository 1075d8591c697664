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

/** Visible ASCII characters: answers name their model in a header. */
export const modelName = (description: string) =>
  Type.String({ minLength: 1, maxLength: 200, pattern: '^[!-~]+$', description });

/** One message of a conversation. */
const ChatMessage = strictObject(
  {
    role: Type.Enum(['system', 'user', 'assistant'], { description: 'Who speaks.' }),
    content: Type.String({ maxLength: maxPromptLength, description: 'What is said.' }),
  },
  { title: 'ChatMessage', description: 'One message of a conversation.' },
);

const ResponseFormat = Type.Union(
  [
    strictObject({ type: Type.Literal('text', { description: 'Free text.' }) }),
    strictObject({ type: Type.Literal('json_object', { description: 'Any JSON object.' }) }),
    strictObject({
      type: Type.Literal('json_schema', { description: 'JSON that a schema describes.' }),
      json_schema: Type.Object(
        {
          name: Type.String({ maxLength: 64, description: 'Name of the schema.' }),
          schema: Type.Record(Type.String(), Type.Unknown(), { description: 'The JSON Schema.' }),
          strict: Type.Optional(Type.Boolean({ description: 'Whether the provider must enforce it.' })),
        },
        { description: 'The schema, as OpenAI takes it.' },
      ),
    }),
  ],
  { description: 'Form of the answer.' },
);

export const ChatRequest = strictObject(
  {
    prompt: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: maxPromptLength,
        description: 'The question; this or messages.',
      }),
    ),
    messages: Type.Optional(
      Type.Array(ChatMessage, {
        minItems: 1,
        maxItems: 500,
        description: 'The conversation; this or prompt.',
      }),
    ),
    model: Type.Optional(
      modelName('One of those that GET /v1/models lists; LLM_DEFAULT_MODEL where absent.'),
    ),
    maxTokens: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 131_072, description: 'Largest number of tokens in the answer.' }),
    ),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2, description: 'Randomness.' })),
    responseFormat: Type.Optional(ResponseFormat),
    stream: Type.Optional(
      Type.Boolean({ description: 'Whether the answer comes as events while it is written.' }),
    ),
    promptVersionId: Type.Optional(field.uuid('Prompt version that made the prompt; booked with the usage.')),
  },
  { title: 'ChatRequest', description: 'One question to a model.' },
);
export type ChatRequest = Static<typeof ChatRequest>;

export const ChatResult = Type.Object(
  {
    content: Type.String({ description: 'The answer.' }),
    ...completionFacts,
    finishReason: Type.String({ description: 'Why the model stopped: stop, length, content_filter.' }),
  },
  { title: 'ChatResult', description: 'The answer of a model, and what it took.' },
);
export type ChatResult = Static<typeof ChatResult>;

/** What any operation that ends in a call of a model can fail with. */
export const spendingErrors = [
  'BUDGET_EXCEEDED',
  'RATE_LIMITED',
  'PROVIDER_RATE_LIMITED',
  'LLM_BAD_RESPONSE',
  'LLM_UNAVAILABLE',
  'LLM_TIMEOUT',
  'DEPENDENCY_UNAVAILABLE',
  'OVERLOADED',
] as const satisfies readonly ErrorCode[];

/** Milliseconds that a request with a model in it may take. */
export const spendingDeadlineMs = 90_000;

/** Settings of jobs whose work is one call of a model. */
export const spendingJob = {
  attempts: 3,
  backoffMs: 2_000,
  timeoutMs: 120_000,
  retentionDays: 90,
} as const;

/** What a request may say about the cache; any other directive is ignored. */
export const cacheRequestHeader = {
  'cache-control': Type.String({
    description:
      'no-cache: a new answer, which is cached; no-store: a new answer, neither cached nor shared with anybody.',
  }),
};

/** How an answer came about, for clients that read no body of ours. A stream names what is known at its head. */
export const completionHeaders = {
  'x-llm-provider': Type.String({ description: 'Who answered, or cache.' }),
  'x-llm-model': Type.String({ description: 'Model that answered.' }),
  'x-llm-cost': Type.String({
    description: 'What the call cost in US dollars, with all its decimals; not on streams.',
  }),
  'x-llm-cached': Type.Enum(['hit', 'miss', 'bypass'], {
    description: 'Whether the cache answered, had nothing, or was not asked.',
  }),
  age: Type.String({ description: 'Seconds since the answer was made, where the cache gave it.' }),
};

const ChatDelta = Type.Object(
  { content: Type.String({ description: 'The next piece of the answer.' }) },
  { title: 'ChatDelta', description: 'A piece of an answer.' },
);

export const chat = defineRoute({
  id: 'llm.chat',
  method: 'POST',
  path: '/api/llm/chat',
  summary: 'Ask a model',
  description:
    'Sends a prompt or a conversation to the first provider that can serve it and returns its answer, with stream as it is written. What the provider does not take is VALIDATION_FAILED.',
  auth: permission('llm'),
  body: ChatRequest,
  bodyLimitBytes: 1024 * 1024,
  deadlineMs: spendingDeadlineMs,
  idempotent: true,
  requestHeaders: cacheRequestHeader,
  reply: data(ChatResult),
  responseHeaders: completionHeaders,
  events: { delta: ChatDelta, done: ChatResult },
  errors: spendingErrors,
});
