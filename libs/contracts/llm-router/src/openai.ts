import { defineRoute, raw, userWithScope } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { spendingDeadlineMs, spendingErrors } from './chat.ts';

/** OpenAI's own protocol: checked only as far as we rely on it, everything else passes through. */
const ChatCompletionRequest = Type.Object(
  {
    model: Type.String({ minLength: 1, maxLength: 200, description: 'Model, as in the list of models.' }),
    messages: Type.Array(Type.Unknown(), { minItems: 1, description: "The conversation in OpenAI's form." }),
  },
  { additionalProperties: true, description: "A chat completion request in OpenAI's form." },
);

export const createChatCompletion = defineRoute({
  id: 'llm.createChatCompletion',
  method: 'POST',
  path: '/v1/chat/completions',
  summary: 'Create a chat completion',
  description: "OpenAI's chat completions: clients of OpenAI work unchanged.",
  auth: userWithScope('llm'),
  dialect: 'openai',
  body: ChatCompletionRequest,
  bodyLimitBytes: 4 * 1024 * 1024,
  deadlineMs: spendingDeadlineMs,
  reply: raw(Type.Unknown({ description: "A chat completion in OpenAI's form." })),
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
  auth: userWithScope('llm'),
  dialect: 'openai',
  reply: raw(
    Type.Object({
      object: Type.Literal('list', { description: 'Always list.' }),
      data: Type.Array(Model, { description: 'The models.' }),
    }),
  ),
  errors: [],
});
