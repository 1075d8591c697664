import { hash } from 'node:crypto';
import type { CallContext, UserCall, UserPrincipal } from '@valuecanvas/contracts-core';
import { type chatForPlatform, platformAccountId } from '@valuecanvas/contracts-llm-router';
import { type Handler, respond } from '@valuecanvas/service-kit';
import { answerHeaders } from '../completions/answer.ts';
import type { Complete } from '../completions/serve.ts';
import { toCompletionBody, toResult } from './chat-completion.ts';

/** The platform as a spender: without request limits, and with the budgets of the highest tier. */
const platformAccount: UserPrincipal = Object.freeze({
  kind: 'user',
  userId: platformAccountId,
  tier: 'enterprise',
  role: 'admin',
  permissions: Object.freeze(['llm'] as const),
});

export function platformChatHandler(
  complete: Complete,
  { defaultModel }: { readonly defaultModel: string },
): Handler<typeof chatForPlatform> {
  return async (call) => {
    const { tools, promptVersionId, requestKey, ...request } = call.body;
    const { source, facts, answer } = await complete({
      call: spentBy(platformAccount, call),
      body: { ...toCompletionBody(request, undefined, defaultModel), ...(tools ? { tools } : {}) },
      caching: 'none',
      idempotency: { key: requestKey, bodyHash: hash('sha256', JSON.stringify(call.body)) },
      promptVersionId,
      isSchemaBinding: false,
    });
    return respond(200, toResult(source, facts, answer()), answerHeaders(source, facts));
  };
}

function spentBy(principal: UserPrincipal, call: CallContext): UserCall {
  const { requestId, operation, jobId, signal } = call;
  return { requestId, principal, operation, jobId, signal, remainingMs: () => call.remainingMs() };
}
