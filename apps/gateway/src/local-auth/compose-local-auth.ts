import { openMailer } from '@valuecanvas/mail';
import { createFailOpenCall } from '@valuecanvas/resilience';
import type { Logger } from '@valuecanvas/service-kit';
import {
  accessTokenSeconds,
  createAccessTokenIssuer,
  issuerAt,
} from '../access-tokens/access-token-issuer.ts';
import { importAuthKeys, trustOwnTokens } from '../access-tokens/auth-keys.ts';
import { type CheckSession, createRevocationList } from '../access-tokens/revocation-list.ts';
import { createTokenVerifier } from '../access-tokens/token-verifier.ts';
import type { AuthBackend, AuthBackendParts } from '../auth-backend/auth-backend.ts';
import type { GatewayKit } from '../config.ts';
import { type AuthSessionsStore, createAuthSessionsStore } from './auth-sessions.store.ts';
import { createAuthUsersStore } from './auth-users.store.ts';
import { createLocalAuth } from './local-auth.service.ts';
import { createLocalRecovery } from './local-recovery.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { createPasswordResetsStore } from './password-resets.store.ts';
import { localAuthRoutes } from './routes.ts';

/** A request that waits longer for the record of its session continues without it. */
const recordTimeoutMs = 150;

const hourMs = 60 * 60 * 1_000;

/** Local auth: accounts and sessions in the gateway's tables, and tokens signed with its own keys. */
export async function composeLocalAuth(
  kit: GatewayKit,
  { db, redis, roles }: AuthBackendParts,
): Promise<AuthBackend> {
  const { config, now } = kit;
  const keys = await importAuthKeys(config.AUTH_SIGNING_KEYS ?? '');
  const issuer = issuerAt(config.PUBLIC_URL);
  const sessions = createAuthSessionsStore(db);
  const record = checkSessionRecord(sessions, kit.log);
  const revocations = createRevocationList({
    ...redis,
    tokenSeconds: accessTokenSeconds,
    confirm: record,
    record,
    now,
    log: kit.log,
  });
  kit.lifecycle.every('sessions: deletion of idle sessions', hourMs, (signal) =>
    sessions.forget(new Date(now()), signal),
  );
  const passwords = await createPasswordHasher();
  const recovery = createLocalRecovery({
    store: createPasswordResetsStore(db),
    passwords,
    revocations,
    mailer: openMailer(config),
    publicUrl: config.PUBLIC_URL,
    now,
    log: kit.log,
  });
  kit.lifecycle.onStop('drain', 'password reset: mails', recovery.stop);
  const auth = createLocalAuth({
    users: createAuthUsersStore(db),
    sessions,
    passwords,
    revocations,
    issue: createAccessTokenIssuer({ keys, issuer, now }),
    now,
  });
  return {
    tokens: createTokenVerifier({
      trusted: trustOwnTokens(keys, issuer, accessTokenSeconds),
      revocations,
      roles,
      now,
    }),
    revocations,
    sessions: {
      logIn: auth.logIn,
      signUp: (email, password, userAgent) => auth.signUp({ email, password }, userAgent),
      refresh: auth.refresh,
      logOut: (_token, principal) => auth.logOut(principal, 'local'),
    },
    recovery,
    routes: localAuthRoutes(auth, recovery, keys),
    forward: async () => undefined,
  };
}

function checkSessionRecord(sessions: Pick<AuthSessionsStore, 'isLive'>, log: Logger): CheckSession {
  const call = createFailOpenCall({
    timeoutMs: recordTimeoutMs,
    onFailure: (err) => log.warn({ err }, 'sessions: PostgreSQL unavailable, session records not checked'),
  });
  return async ({ sessionId }) =>
    sessionId === undefined ? undefined : call(() => sessions.isLive(sessionId));
}
