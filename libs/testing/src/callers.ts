import { randomUUID } from 'node:crypto';
import {
  type CallContext,
  isBuiltInRole,
  type Permission,
  type Principal,
  rolePermissions,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';

/** Creates a user of the free tier with a random id and the permissions of its built-in role. `settings` override these. */
export function userPrincipal(settings: Partial<UserPrincipal> = {}): UserPrincipal {
  const { role = 'user' } = settings;
  const permissions = isBuiltInRole(role) ? rolePermissions[role] : rolePermissions.user;
  return { kind: 'user', userId: randomUUID(), tier: 'free', role, permissions, ...settings };
}

/** Creates the principal of an API key that holds only the given permissions. */
export function apiKeyPrincipal(
  permissions: readonly Permission[],
  { sessionId: _, ...owner }: UserPrincipal = userPrincipal(),
): UserPrincipal {
  return { ...owner, permissions, apiKeyId: randomUUID() };
}

/** Creates the context of a call on behalf of a principal, with a deadline in 10 s unless stated otherwise. */
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
