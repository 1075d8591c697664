import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { AuthSession, BrowserSession } from '@valuecanvas/contracts-gateway';
import { singleFlight } from '@valuecanvas/resilience';
import { LRUCache } from 'lru-cache';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import type { BrowserSessionsStore } from './browser-sessions.store.ts';
import {
  createSessionSecret,
  csrfTokenOf,
  hashOf,
  open,
  type SessionTokens,
  seal,
} from './session-secret.ts';
import type { SessionSource } from './session-source.ts';

/** Sessions of browsers, each found by the secret that its cookie holds. */
export interface BrowserSessions {
  /** Throws UNAUTHENTICATED where address or password is wrong. */
  open(
    email: string,
    password: string,
    userAgent?: string,
  ): Promise<{ readonly secret: string; readonly session: BrowserSession }>;
  /** Who is logged in, without waiting; undefined says nothing about whether somebody is. */
  known(secret: string): LoggedIn | undefined;
  /** Undefined where the session is over. Throws DEPENDENCY_UNAVAILABLE where that cannot be found out. */
  find(secret: string): Promise<LoggedIn | undefined>;
  /** Does nothing where the session is over. */
  close(secret: string): Promise<void>;
}

/** A session that lasts. */
export interface LoggedIn {
  readonly principal: UserPrincipal;
  readonly csrfToken: string;
  readonly session: BrowserSession;
}

/** Milliseconds that a session lasts, however much it is used. */
const lifetimeMs = 30 * 24 * 60 * 60 * 1_000;

/** Milliseconds for which a session is believed without another look at where it is kept. */
const believedMs = 30_000;

/** Milliseconds for which a held session is believed once more where nobody can be asked. */
const outlastedMs = 5_000;

/** Milliseconds before its end at which an access token is replaced. */
const renewalMs = 60_000;

interface Held {
  readonly tokens: SessionTokens;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  readonly believedUntil: number;
}

export function createBrowserSessions(options: {
  readonly source: SessionSource;
  readonly tokens: TokenVerifier;
  readonly store: BrowserSessionsStore;
  readonly now: () => number;
}): BrowserSessions {
  const { source, tokens: verifier, store, now } = options;
  const held = new LRUCache<string, Held>({ max: 20_000 });

  const read = async (secret: string) => {
    const stored = await store.find(hashOf(secret), new Date(now()));
    return stored && { ...stored, tokens: open(secret, stored.sealed) };
  };

  /** Of several processes that renew at once, all end up with what the first has stored. */
  const renew = async (secret: string, stored: { sealed: Buffer; tokens: SessionTokens }) => {
    const session = await source.refresh(stored.tokens.refreshToken).catch(async (error: unknown) => {
      if (!isRefusal(error)) return outlast(stored.tokens, error);
      const current = await read(secret);
      if (current && !current.sealed.equals(stored.sealed)) return current.tokens;
      await store.delete(hashOf(secret));
      return undefined;
    });
    if (!session || !('access_token' in session)) return session;
    const tokens = tokensOf(session);
    const after = seal(secret, tokens);
    const replaced = await store.replace(hashOf(secret), { before: stored.sealed, after });
    return replaced ? tokens : (await read(secret))?.tokens;
  };

  /** Where nobody can be asked for new tokens, the old ones serve as long as they are good. */
  const outlast = (tokens: SessionTokens, error: unknown): SessionTokens => {
    if (tokens.accessExpiresAt > now()) return tokens;
    throw error;
  };

  const load = async (secret: string): Promise<Held | undefined> => {
    const stored = await read(secret);
    if (!stored) return undefined;
    const isDue = stored.tokens.accessExpiresAt - now() < renewalMs;
    const tokens = isDue ? await renew(secret, stored) : stored.tokens;
    if (!tokens) return undefined;
    const { expiresAt } = stored;
    const believedUntil = Math.min(now() + believedMs, expiresAt.getTime(), tokens.accessExpiresAt);
    const entry = { tokens, csrfToken: csrfTokenOf(secret), expiresAt, believedUntil };
    held.set(secret, entry);
    return entry;
  };

  /** An outage of PostgreSQL logs nobody out before the access token has expired. */
  const outlastHeld = (secret: string, error: unknown): Held => {
    const entry = held.get(secret);
    if (isRefusal(error) || !entry) throw error;
    const believedUntil = Math.min(now() + outlastedMs, entry.tokens.accessExpiresAt);
    if (believedUntil <= now()) throw error;
    const outlasted = { ...entry, believedUntil };
    held.set(secret, outlasted);
    return outlasted;
  };

  const loadOnce = singleFlight((secret: string) =>
    load(secret).catch((error: unknown) => outlastHeld(secret, error)),
  );

  const heldNow = (secret: string): Held | undefined => {
    const entry = held.get(secret);
    return entry && entry.believedUntil > now() ? entry : undefined;
  };

  const forget = async (secret: string): Promise<void> => {
    held.delete(secret);
    await store.delete(hashOf(secret));
  };

  const find = async (secret: string): Promise<LoggedIn | undefined> => {
    const entry = heldNow(secret) ?? (await loadOnce(secret));
    if (!entry) return undefined;
    const { accessToken } = entry.tokens;
    const principal = verifier.known(accessToken) ?? (await verifier.verify(accessToken));
    if (principal) return loggedIn(principal, entry);
    await forget(secret);
    return undefined;
  };

  return {
    async open(email, password, userAgent) {
      const opened = await source.logIn(email, password, userAgent).catch((error: unknown) => {
        throw isRefusal(error) && error.code !== 'RATE_LIMITED' ? wrongCredentials(error) : error;
      });
      const secret = createSessionSecret();
      const tokens = tokensOf(opened);
      const expiresAt = new Date(now() + lifetimeMs);
      await store.insert({
        hash: hashOf(secret),
        userId: opened.user.id,
        sealed: seal(secret, tokens),
        at: new Date(now()),
        expiresAt,
      });
      const principal = await verifier.verify(tokens.accessToken);
      if (!principal) throw new AppError('INTERNAL_ERROR', { internal: 'a new access token is not good' });
      return {
        secret,
        session: toBrowserSession(principal, { tokens, csrfToken: csrfTokenOf(secret), expiresAt }),
      };
    },
    known(secret) {
      const entry = heldNow(secret);
      const principal = entry && verifier.known(entry.tokens.accessToken);
      return principal && loggedIn(principal, entry);
    },
    find,
    async close(secret) {
      const found = await find(secret);
      if (!found) return;
      const entry = held.get(secret);
      if (entry) await source.logOut(entry.tokens.accessToken, found.principal);
      await forget(secret);
    },
  };
}

function tokensOf(session: AuthSession): SessionTokens {
  return {
    accessToken: session.access_token,
    accessExpiresAt: session.expires_at * 1_000,
    refreshToken: session.refresh_token,
    email: session.user.email,
  };
}

function loggedIn(principal: UserPrincipal, entry: Held): LoggedIn {
  return { principal, csrfToken: entry.csrfToken, session: toBrowserSession(principal, entry) };
}

function toBrowserSession(
  { userId, tier, role, permissions }: UserPrincipal,
  { tokens, csrfToken, expiresAt }: Omit<Held, 'believedUntil'>,
): BrowserSession {
  return {
    user: { id: userId, email: tokens.email, tier, role, permissions: [...permissions] },
    csrfToken,
    expiresAt: expiresAt.toISOString(),
  };
}

function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.status < 500;
}

function wrongCredentials(cause: AppError): AppError {
  return new AppError('UNAUTHENTICATED', { cause, message: 'The e-mail address or the password is wrong.' });
}
