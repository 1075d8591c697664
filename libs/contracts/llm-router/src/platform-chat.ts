import { data, defineRoute, field, services, strictObject } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { ChatRequest, ChatResult, spendingErrors, spendingTimeout } from './chat.ts';

const { messages, model, maxTokens, temperature, responseFormat } = ChatRequest.properties;

/** Account of the platform's own spending, in the ledger and in reports. No user has this ID. */
export const platformAccountId = '00000000-0000-7000-8000-000000000000';

const PlatformChatRequest = strictObject(
  {
    messages,
    model,
    maxTokens,
    temperature,
    responseFormat,
    tools: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Unknown()), {
        description: 'Tools that the model may call, in the format of OpenAI’s API.',
      }),
    ),
    promptVersionId: Type.Optional(
      field.uuid('Prompt version from which the messages were rendered. Recorded with the usage.'),
    ),
    requestKey: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Identity of the request. The same key gets the stored answer within 24 hours.',
    }),
  },
  { title: 'PlatformChatRequest', description: 'A request of the platform itself to a model.' },
);

export const chatForPlatform = defineRoute({
  id: 'llm.chatForPlatform',
  method: 'POST',
  path: '/internal/llm/chat',
  summary: 'Call a model for the platform',
  description:
    'Answers without the cache, and records the cost for the platform’s own account: no user’s limit or budget applies. The account has the budgets of the highest tier, besides the budget of the whole platform.',
  auth: services('prompt-registry'),
  body: PlatformChatRequest,
  example: { messages: [{ role: 'user', content: 'How much is 6 times 7?' }], requestKey: 'evaluation-1' },
  bodyLimitBytes: 8 * 1024 * 1024,
  ...spendingTimeout,
  reply: data(ChatResult),
  errors: [...spendingErrors, 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH'],
});
