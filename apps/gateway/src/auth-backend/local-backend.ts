import type { Logger } from '@valuecanvas/service-kit';
import {
  accessTokenSeconds,
  createAccessTokenIssuer,
  issuerAt,
} from '../access-tokens/access-token-issuer.ts';
import { importAuthKeys } from '../access-tokens/auth-keys.ts';
import { type AskRecord, createEndedSessions } from '../access-tokens/ended-sessions.ts';
import { createTokenVerifier } from '../access-tokens/token-verifier.ts';
import { trustOwnTokens } from '../access-tokens/trusted-tokens.ts';
import { createBriefAsker } from '../bounded-work/brief-questions.ts';
import { type AuthSessionsStore, createAuthSessionsStore } from '../local-auth/auth-sessions.store.ts';
import { createAuthUsersStore } from '../local-auth/auth-users.store.ts';
import { forgetOldSessions } from '../local-auth/forget-old-sessions.ts';
import { createLocalAuth } from '../local-auth/local-auth.service.ts';
import { createPasswordHasher } from '../local-auth/password-hasher.ts';
import { localAuthRoutes } from '../local-auth/routes.ts';
import type { AuthBackend, AuthBackendParts } from './auth-backend.ts';

/** Milliseconds that a request waits for the record of its session before it goes on without. */
const patienceMs = 150;

/** Accounts and sessions in our own tables, tokens signed with our own keys. */
export async function createLocalBackend({ kit, db, redis, roles }: AuthBackendParts): Promise<AuthBackend> {
  const { config, now } = kit;
  const keys = await importAuthKeys(config.AUTH_SIGNING_KEYS ?? '');
  const issuer = issuerAt(config.PUBLIC_URL);
  const sessions = createAuthSessionsStore(db);
  const record = askSessionRecord(sessions, kit.log);
  const ended = createEndedSessions({
    ...redis,
    tokenSeconds: accessTokenSeconds,
    confirm: record,
    record,
    now,
    log: kit.log,
  });
  forgetOldSessions({ ...kit, sessions });
  const auth = createLocalAuth({
    users: createAuthUsersStore(db),
    sessions,
    passwords: await createPasswordHasher(),
    ended,
    issue: createAccessTokenIssuer({ keys, issuer, now }),
    now,
  });
  return {
    tokens: createTokenVerifier({
      trusted: trustOwnTokens(keys, issuer, accessTokenSeconds),
      ended,
      roles,
      now,
    }),
    ended,
    sessions: {
      logIn: auth.logIn,
      refresh: auth.refresh,
      logOut: (_token, principal) => auth.logOut(principal, 'local'),
    },
    routes: localAuthRoutes(auth, keys),
    forward: async () => undefined,
  };
}

function askSessionRecord(sessions: Pick<AuthSessionsStore, 'isLive'>, log: Logger): AskRecord {
  const ask = createBriefAsker({
    patienceMs,
    onFailure: (err) => log.warn({ err }, 'PostgreSQL does not say whether a session lasts'),
  });
  return async ({ sessionId }) =>
    sessionId === undefined ? undefined : ask(() => sessions.isLive(sessionId));
}
