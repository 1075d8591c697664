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
  openTokens,
  type SessionTokens,
  sealTokens,
} from './session-secret.ts';

/** Browser sessions, identified by the secret in their cookie. */
export interface BrowserSessions {
  /** Logs in and opens a session. Throws UNAUTHENTICATED if the address or the password is wrong. */
  open(email: string, password: string, userAgent?: string): Promise<OpenedSession>;
  /**
   * Creates an account and opens its first session. Returns undefined if the user must confirm the address first. Throws
   * UNPROCESSABLE if the address or the password is refused.
   */
  signUp(email: string, password: string, userAgent?: string): Promise<OpenedSession | undefined>;
  /** Returns the cached session. Undefined means that the session is not cached, not that it has ended. */
  known(secret: string): LoggedIn | undefined;
  /** Returns undefined if the session has ended. Throws DEPENDENCY_UNAVAILABLE if it cannot be checked. */
  find(secret: string): Promise<LoggedIn | undefined>;
  /** Ends a session. Does nothing if it has ended already. */
  close(secret: string): Promise<void>;
}

/** A new session with the secret for its cookie. */
export interface OpenedSession {
  readonly secret: string;
  readonly session: BrowserSession;
}

/** A live session with its user. */
export interface LoggedIn {
  readonly principal: UserPrincipal;
  readonly csrfToken: string;
  readonly session: BrowserSession;
}

/**
 * Issues sessions: local auth or Supabase. Refusals of credentials and tokens are AppErrors with a status below 500, except
 * RATE_LIMITED.
 */
export interface SessionSource {
  logIn(email: string, password: string, userAgent?: string): Promise<AuthSession>;
  /** Creates an account. Returns undefined if the user must confirm the address before the first login. */
  signUp(email: string, password: string, userAgent?: string): Promise<AuthSession | undefined>;
  /** Exchanges a refresh token for the next tokens. A repetition returns the same refresh token until that is used. */
  refresh(refreshToken: string): Promise<AuthSession>;
  /** Ends only the session of the access token. */
  logOut(accessToken: string, principal: UserPrincipal): Promise<void>;
}

/** Lifetime of a session, regardless of its use. */
const lifetimeMs = 30 * 24 * 60 * 60 * 1_000;

/** A session is cached for this long before it is read again. */
const cacheTtlMs = 30_000;

/** During an outage, a cached session is used for this long before it is read again. */
const outageTtlMs = 5_000;

/** An access token is refreshed this long before it expires. */
const refreshAheadMs = 60_000;

interface CachedSession {
  readonly tokens: SessionTokens;
  readonly csrfToken: string;
  readonly expiresAt: Date;
  readonly cachedUntil: number;
}

export function createBrowserSessions(options: {
  readonly source: SessionSource;
  readonly tokens: TokenVerifier;
  readonly store: BrowserSessionsStore;
  readonly now: () => number;
}): BrowserSessions {
  const { source, tokens: verifier, store, now } = options;
  const cache = new LRUCache<string, CachedSession>({ max: 20_000 });

  const read = async (secret: string) => {
    const stored = await store.find(hashOf(secret), new Date(now()));
    return stored && { ...stored, tokens: openTokens(secret, stored.sealed) };
  };

  /** If several processes refresh a session concurrently, all use the tokens that the first one has stored. */
  const refresh = async (secret: string, stored: { sealed: Buffer; tokens: SessionTokens }) => {
    const session = await source.refresh(stored.tokens.refreshToken).catch(async (error: unknown) => {
      if (!isRefusal(error)) return keepUntilExpiry(stored.tokens, error);
      const current = await read(secret);
      if (current && !current.sealed.equals(stored.sealed)) return current.tokens;
      await store.delete(hashOf(secret));
      return undefined;
    });
    if (!session || !('access_token' in session)) return session;
    const tokens = tokensOf(session);
    const after = sealTokens(secret, tokens);
    const replaced = await store.replace(hashOf(secret), { before: stored.sealed, after });
    return replaced ? tokens : (await read(secret))?.tokens;
  };

  /** While tokens cannot be refreshed, the current access token is used until it expires. */
  const keepUntilExpiry = (tokens: SessionTokens, error: unknown): SessionTokens => {
    if (tokens.accessExpiresAt > now()) return tokens;
    throw error;
  };

  const load = async (secret: string): Promise<CachedSession | undefined> => {
    const stored = await read(secret);
    if (!stored) return undefined;
    const isDue = stored.tokens.accessExpiresAt - now() < refreshAheadMs;
    const tokens = isDue ? await refresh(secret, stored) : stored.tokens;
    if (!tokens) return undefined;
    const { expiresAt } = stored;
    const cachedUntil = Math.min(now() + cacheTtlMs, expiresAt.getTime(), tokens.accessExpiresAt);
    const entry = { tokens, csrfToken: csrfTokenOf(secret), expiresAt, cachedUntil };
    cache.set(secret, entry);
    return entry;
  };

  /** Keeps a cached session during an outage of PostgreSQL until its access token expires. */
  const keepDuringOutage = (secret: string, error: unknown): CachedSession => {
    const entry = cache.get(secret);
    if (isRefusal(error) || !entry) throw error;
    const cachedUntil = Math.min(now() + outageTtlMs, entry.tokens.accessExpiresAt);
    if (cachedUntil <= now()) throw error;
    const extended = { ...entry, cachedUntil };
    cache.set(secret, extended);
    return extended;
  };

  const loadOnce = singleFlight((secret: string) =>
    load(secret).catch((error: unknown) => keepDuringOutage(secret, error)),
  );

  const cachedNow = (secret: string): CachedSession | undefined => {
    const entry = cache.get(secret);
    return entry && entry.cachedUntil > now() ? entry : undefined;
  };

  const forget = async (secret: string): Promise<void> => {
    cache.delete(secret);
    await store.delete(hashOf(secret));
  };

  const find = async (secret: string, isRepeated = false): Promise<LoggedIn | undefined> => {
    const entry = cachedNow(secret) ?? (await loadOnce(secret));
    if (!entry) return undefined;
    const { accessToken } = entry.tokens;
    const principal = verifier.known(accessToken) ?? (await verifier.verify(accessToken));
    if (principal) return loggedIn(principal, entry);
    // An access token that expired during its verification says nothing about its session.
    if (entry.tokens.accessExpiresAt <= now()) return isRepeated ? undefined : find(secret, true);
    await forget(secret);
    return undefined;
  };

  const begin = async (opened: AuthSession): Promise<OpenedSession> => {
    const secret = createSessionSecret();
    const tokens = tokensOf(opened);
    const expiresAt = new Date(now() + lifetimeMs);
    await store.insert({
      hash: hashOf(secret),
      userId: opened.user.id,
      sealed: sealTokens(secret, tokens),
      at: new Date(now()),
      expiresAt,
    });
    const principal = await verifier.verify(tokens.accessToken);
    if (!principal) throw new AppError('INTERNAL_ERROR', { internal: 'a new access token is invalid' });
    return {
      secret,
      session: toBrowserSession(principal, { tokens, csrfToken: csrfTokenOf(secret), expiresAt }),
    };
  };

  return {
    async open(email, password, userAgent) {
      const opened = await source.logIn(email, password, userAgent).catch((error: unknown) => {
        throw isRefusal(error) ? wrongCredentials(error) : error;
      });
      return begin(opened);
    },
    async signUp(email, password, userAgent) {
      const opened = await source.signUp(email, password, userAgent);
      return opened && begin(opened);
    },
    known(secret) {
      const entry = cachedNow(secret);
      const principal = entry && verifier.known(entry.tokens.accessToken);
      return principal && loggedIn(principal, entry);
    },
    find: (secret) => find(secret),
    async close(secret) {
      const found = await find(secret);
      if (!found) return;
      const entry = cache.get(secret);
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

function loggedIn(principal: UserPrincipal, entry: CachedSession): LoggedIn {
  return { principal, csrfToken: entry.csrfToken, session: toBrowserSession(principal, entry) };
}

function toBrowserSession(
  { userId, tier, role, permissions }: UserPrincipal,
  { tokens, csrfToken, expiresAt }: Omit<CachedSession, 'cachedUntil'>,
): BrowserSession {
  return {
    user: { id: userId, email: tokens.email, tier, role, permissions: [...permissions] },
    csrfToken,
    expiresAt: expiresAt.toISOString(),
  };
}

/** Returns true if credentials or tokens were refused. A rate limit does not judge them. */
export function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.status < 500 && error.code !== 'RATE_LIMITED';
}

function wrongCredentials(cause: AppError): AppError {
  return new AppError('UNAUTHENTICATED', { cause, message: 'The e-mail address or the password is wrong.' });
}
