import type { AuditFacts } from '@valuecanvas/contracts-core';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { ApiKeyVerifier } from '../api-keys/api-key-verifier.ts';
import type { AuthBackend } from '../auth-backend/auth-backend.ts';
import type { SessionCookie } from '../browser-sessions/session-cookie.ts';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import type { Roles } from '../roles/roles.ts';
import { createAccountDeletion } from './account-deletion.service.ts';
import { createAccountDeletionStore } from './account-deletion.store.ts';

const resumeMs = 60_000;

/** Deletion of accounts, by their users and by operators. */
export function composeAccountDeletion(
  { now, lifecycle }: GatewayKit,
  {
    db,
    roles,
    auth,
    cookie,
    ...dependencies
  }: {
    readonly db: Kysely<Database>;
    readonly roles: Roles;
    readonly auth: Pick<AuthBackend, 'sessions' | 'tokens' | 'revocations'>;
    readonly cookie: SessionCookie;
    readonly apiKeys: ApiKeyVerifier;
    readonly factOf: AuditFacts;
  },
) {
  const store = createAccountDeletionStore(db, roles);
  const { sessions, tokens, revocations } = auth;
  const deletion = createAccountDeletion({
    store,
    roles,
    sessions,
    tokens,
    revocations,
    now,
    ...dependencies,
  });
  lifecycle.every('accounts: completion of deletions', resumeMs, () => deletion.resume());
  return {
    routes: {
      async deleteAccount(call) {
        await deletion.deleteOwn(call, call.body);
        return respond(204, undefined, { 'set-cookie': cookie.forget });
      },
      deleteUser: (call) => deletion.deleteUser(call, call.params.id),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
