import { AppError, type AuditedCall, type AuditFacts } from '@valuecanvas/contracts-core';
import type { DeleteAccountRequest } from '@valuecanvas/contracts-gateway';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { ApiKeyVerifier } from '../api-keys/api-key-verifier.ts';
import { isRefusal, type SessionSource } from '../browser-sessions/browser-sessions.service.ts';
import { assertOutranks } from '../roles/assert-outranks.ts';
import type { PlatformMetadata, Roles } from '../roles/roles.ts';
import type { AccountDeletionStore } from './account-deletion.store.ts';

/** Deletes accounts with everything that their users wrote. */
export interface AccountDeletion {
  /** Deletes the caller's own account. Throws UNPROCESSABLE if the address or the password is not its own. */
  deleteOwn(call: AuditedCall, credentials: DeleteAccountRequest): Promise<void>;
  /** Throws FORBIDDEN if the role of the user holds a permission that the caller does not hold. */
  deleteUser(call: AuditedCall, userId: string): Promise<void>;
  /** Takes the steps that follow a deletion and that a crash may have left undone. They can be repeated. */
  resume(): Promise<void>;
}

/**
 * Facts wait in journals until their service stores them, so some arrive after their user has gone. By this time after a
 * deletion they have arrived, unless a service is down for longer: then its retention deletes them.
 */
const lateFactsMs = 15 * 60 * 1_000;

/** The request that deletes an account revokes its tokens within this time, unless its process ends before. */
const ownStepsMs = 10_000;

export function createAccountDeletion(options: {
  readonly store: AccountDeletionStore;
  readonly roles: Roles;
  readonly sessions: Pick<SessionSource, 'logIn' | 'logOut'>;
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly revocations: Pick<RevocationList, 'revokeAllOf'>;
  readonly apiKeys: Pick<ApiKeyVerifier, 'forgetOwner'>;
  readonly factOf: AuditFacts;
  readonly now: () => number;
}): AccountDeletion {
  const { store, roles, sessions, tokens, revocations, apiKeys, factOf, now } = options;

  /** A login proves that the caller knows the password, whichever backend keeps it. */
  const checkPassword = async (userId: string, { email, password }: DeleteAccountRequest): Promise<void> => {
    const session = await sessions.logIn(email, password).catch((error: unknown) => {
      throw isRefusal(error) ? wrongCredentials(error) : error;
    });
    if (session.user.id === userId) return;
    const other = await tokens.verify(session.access_token);
    if (other) await sessions.logOut(session.access_token, other);
    throw wrongCredentials();
  };

  const revoke = async (userId: string): Promise<void> => {
    apiKeys.forgetOwner(userId);
    await revocations.revokeAllOf(userId);
    await store.noteRevoked(userId, new Date(now()));
  };

  const erase = async (
    call: AuditedCall,
    userId: string,
    check?: (account: PlatformMetadata) => void,
  ): Promise<void> => {
    const isErased = await store.erase({
      userId,
      ...(check ? { check } : {}),
      factOf: ({ tier, role }) =>
        factOf(call, { target: { kind: 'user', id: userId }, before: { tier, role } }),
    });
    if (!isErased) throw new AppError('NOT_FOUND', { message: `There is no user ${userId}.` });
    await revoke(userId);
  };

  return {
    async deleteOwn(call, credentials) {
      const { userId } = call.principal;
      await checkPassword(userId, credentials);
      await erase(call, userId);
    },
    deleteUser: (call, userId) =>
      erase(call, userId, ({ role }) =>
        assertOutranks(call.principal, role, roles, 'delete an account with the role'),
      ),
    async resume() {
      for (const { userId, requestedAt, isRevoked } of await store.open()) {
        const age = now() - requestedAt.getTime();
        if (!isRevoked && age > ownStepsMs) await revoke(userId);
        if (age > lateFactsMs) await store.complete(userId, new Date(now()));
      }
    },
  };
}

function wrongCredentials(cause?: AppError): AppError {
  return new AppError('UNPROCESSABLE', {
    cause,
    message: 'The e-mail address or the password is wrong. Nothing was deleted.',
  });
}
