import { randomUUID } from 'node:crypto';
import type { CallContext, Principal, UserPrincipal } from '@valuecanvas/contracts-core';

/** A user of the free tier with a random id, unless said otherwise. */
export function userPrincipal(settings: Partial<UserPrincipal> = {}): UserPrincipal {
  return { kind: 'user', userId: randomUUID(), tier: 'free', role: 'user', ...settings };
}

/** The context of a call on behalf of a principal; 10 s of time unless said otherwise. */
export function callAs(
  principal: Principal,
  settings: Partial<Pick<CallContext, 'operation' | 'jobId' | 'requestId' | 'signal'>> & {
    readonly timeoutMs?: number;
  } = {},
): CallContext {
  const { timeoutMs = 30_000, ...rest } = settings;
  const endsAt = performance.now() + timeoutMs;
  return {
    requestId: randomUUID(),
    principal,
    operation: 'test.call',
    signal: AbortSignal.timeout(timeoutMs),
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    ...rest,
  };
}
