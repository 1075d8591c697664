import { defineRoute, permission, raw } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { cacheRequestHeader, completionHeaders, modelName, spendingErrors, spendingTimeout } from './chat.ts';
import { openAi } from './open-ai-dialect.ts';

/** OpenAI accepts null for an absent field. */
const orNull = <T>(type: string, options: object) =>
  Type.Optional(Type.Unsafe<T | null>({ ...options, type: [type, 'null'] }));

const limit = (description: string) => orNull<number>('integer', { minimum: 1, description });

/** Supported fields of `stream_options`. */
interface StreamOptions {
  readonly include_usage?: boolean | null;
}

/** OpenAI's request format. Fields that the router does not use are passed through unvalidated. */
const ChatCompletionRequest = Type.Object(
  {
    model: modelName('A model that GET /v1/models lists.'),
    messages: Type.Array(
      Type.Object(
        {
          role: Type.String({ description: 'Role of the message’s author.' }),
          content: Type.Optional(
            Type.Unknown({ description: 'Text of the message, or a list of its parts.' }),
          ),
        },
        {
          additionalProperties: true,
          description: "A message in OpenAI's format. Its content may have several parts or none.",
        },
      ),
      { minItems: 1, description: 'Messages of the conversation.' },
    ),
    stream: orNull<boolean>('boolean', {
      description: 'If true, the answer is streamed as events.',
    }),
    stream_options: orNull<StreamOptions>('object', {
      properties: {
        include_usage: {
          type: ['boolean', 'null'],
          description: 'If true, a last chunk without choices has the usage.',
        },
      },
      description: 'Options of the stream.',
    }),
    n: orNull<number>('integer', { minimum: 1, maximum: 16, description: 'Number of answers.' }),
    max_tokens: limit('Maximum number of tokens in each answer.'),
    max_completion_tokens: limit('Newer name of max_tokens. Reasoning tokens count as well.'),
  },
  { additionalProperties: true, description: "A chat completion request in OpenAI's format." },
);

export const createChatCompletion = defineRoute({
  id: 'llm.createChatCompletion',
  method: 'POST',
  path: '/v1/chat/completions',
  summary: 'Create a chat completion',
  description:
    "OpenAI's chat completions API. Clients of OpenAI work unchanged. Fails with VALIDATION_FAILED if the provider rejects the input.",
  auth: permission('llm'),
  dialect: openAi,
  body: ChatCompletionRequest,
  example: {
    model: 'meta-llama/Llama-3-70b-chat-hf',
    messages: [{ role: 'user', content: 'How can a bakery find its first customers?' }],
  },
  // The edge's limit: enough for a message with an image of 6 MiB.
  bodyLimitBytes: 8 * 1024 * 1024,
  ...spendingTimeout,
  idempotent: 'own',
  requestHeaders: cacheRequestHeader,
  reply: raw(Type.Unknown({ description: "A chat completion in OpenAI's format." })),
  responseHeaders: completionHeaders,
  chunks: Type.Unknown({ description: "Chunks of a chat completion in OpenAI's format, then [DONE]." }),
  errors: spendingErrors,
});

const Model = Type.Object({
  id: Type.String({ description: 'Name of the model in requests.' }),
  object: Type.Literal('model', { description: 'Always model.' }),
  created: Type.Integer({ description: 'Creation time in seconds since the epoch.' }),
  owned_by: Type.String({ description: 'Providers that serve the model.' }),
});

export const getModel = defineRoute({
  id: 'llm.getModel',
  method: 'GET',
  path: '/v1/models/:model*',
  summary: 'Get a model',
  description:
    "Returns one model in OpenAI's format. Its id may contain slashes, percent-encoded or not. Fails with MODEL_NOT_FOUND if no provider serves the model.",
  auth: permission('llm'),
  dialect: openAi,
  params: Type.Object({
    model: Type.String({ maxLength: 200, description: 'Name of the model in requests.' }),
  }),
  reply: raw(Model),
  errors: ['MODEL_NOT_FOUND'],
});

export const listModels = defineRoute({
  id: 'llm.listModels',
  method: 'GET',
  path: '/v1/models',
  summary: 'List models',
  description: "Lists the models that at least one provider serves, in OpenAI's format.",
  auth: permission('llm'),
  dialect: openAi,
  reply: raw(
    Type.Object({
      object: Type.Literal('list', { description: 'Always list.' }),
      data: Type.Array(Model, { description: 'Available models.' }),
    }),
  ),
  errors: [],
});
