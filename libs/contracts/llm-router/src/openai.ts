import { defineRoute, permission, raw } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import {
  cacheRequestHeader,
  completionHeaders,
  modelName,
  spendingDeadlineMs,
  spendingErrors,
} from './chat.ts';
import { openAi } from './open-ai-dialect.ts';

/** OpenAI takes null for a field that is not given. */
const orNull = <T>(type: string, options: object) =>
  Type.Optional(Type.Unsafe<T | null>({ ...options, type: [type, 'null'] }));

const limit = (description: string) => orNull<number>('integer', { minimum: 1, description });

/** What `stream_options` holds for us. */
interface StreamOptions {
  readonly include_usage?: boolean | null;
}

/** OpenAI's own protocol: checked only as far as we rely on it, everything else passes through. */
const ChatCompletionRequest = Type.Object(
  {
    model: modelName('One of those that GET /v1/models lists.'),
    messages: Type.Array(
      Type.Object(
        { role: Type.String({ description: 'Who speaks.' }) },
        { additionalProperties: true, description: "A message in OpenAI's form, of several parts or none." },
      ),
      { minItems: 1, description: 'The conversation.' },
    ),
    stream: orNull<boolean>('boolean', {
      description: 'Whether the answer comes as events while it is written.',
    }),
    stream_options: orNull<StreamOptions>('object', {
      properties: {
        include_usage: {
          type: ['boolean', 'null'],
          description: 'Whether a last chunk without choices tells the usage.',
        },
      },
      description: 'How it is streamed.',
    }),
    n: orNull<number>('integer', { minimum: 1, maximum: 16, description: 'Answers to give.' }),
    max_tokens: limit('Largest number of tokens in each answer.'),
    max_completion_tokens: limit('The same by its newer name: reasoning counts as well.'),
  },
  { additionalProperties: true, description: "A chat completion request in OpenAI's form." },
);

export const createChatCompletion = defineRoute({
  id: 'llm.createChatCompletion',
  method: 'POST',
  path: '/v1/chat/completions',
  summary: 'Create a chat completion',
  description:
    "OpenAI's chat completions: clients of OpenAI work unchanged. What the provider does not take is VALIDATION_FAILED.",
  auth: permission('llm'),
  dialect: openAi,
  body: ChatCompletionRequest,
  // As much as the edge lets through: an image of 6 MiB within its message.
  bodyLimitBytes: 8 * 1024 * 1024,
  deadlineMs: spendingDeadlineMs,
  idempotent: true,
  requestHeaders: cacheRequestHeader,
  reply: raw(Type.Unknown({ description: "A chat completion in OpenAI's form." })),
  responseHeaders: completionHeaders,
  chunks: Type.Unknown({ description: "Chunks of a chat completion in OpenAI's form, then [DONE]." }),
  errors: spendingErrors,
});

const Model = Type.Object({
  id: Type.String({ description: 'Name by which a request asks for the model.' }),
  object: Type.Literal('model', { description: 'Always model.' }),
  created: Type.Integer({ description: 'Seconds since the epoch.' }),
  owned_by: Type.String({ description: 'Providers that serve it.' }),
});

export const listModels = defineRoute({
  id: 'llm.listModels',
  method: 'GET',
  path: '/v1/models',
  summary: 'List models',
  description: "The models that some provider serves, in OpenAI's form.",
  auth: permission('llm'),
  dialect: openAi,
  reply: raw(
    Type.Object({
      object: Type.Literal('list', { description: 'Always list.' }),
      data: Type.Array(Model, { description: 'The models.' }),
    }),
  ),
  errors: [],
});
