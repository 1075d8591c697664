import type { Keys, Redis } from '@valuecanvas/redis';
import { createFailOpenCall } from '@valuecanvas/resilience';
import type { Logger } from '@valuecanvas/service-kit';
import { LRUCache } from 'lru-cache';

/** A token with a valid signature, and the claims that identify its session. */
export interface PresentedToken {
  readonly token: string;
  readonly userId: string;
  /** Absent in tokens without a session: only the revocation of all sessions of the user revokes them. */
  readonly sessionId?: string;
  /** Milliseconds since the epoch, with the one-second resolution of the `iat` claim. */
  readonly issuedAt: number;
}

/** Reads from the session store whether the session of a token is live. Returns undefined if the store is unavailable. */
export type CheckSession = (token: PresentedToken) => Promise<boolean | undefined>;

/**
 * Revoked sessions, whose access tokens have not expired yet. This process refuses a revoked token immediately. Other
 * processes refuse it as soon as they verify it again, within 30 s.
 */
export interface RevocationList {
  /**
   * Revokes a session. Call it after the session has ended in the session store. Never rejects: if Redis is unavailable,
   * the revocation is written later.
   */
  revoke(sessionId: string): Promise<void>;
  /** Revokes all current sessions of a user, except `exceptSession` if given. */
  revokeAllOf(userId: string, options?: { readonly exceptSession?: string }): Promise<void>;
  /** Increases with every revocation by this process. Cached results of an earlier version may be stale. */
  version(): number;
  /** Returns true if a revocation by this process revokes the token, or may do so. Synchronous, without I/O. */
  mayBeRevoked(token: PresentedToken): boolean;
  /** Returns whether the token is revoked. Returns false if the stores do not respond within a quarter of a second. */
  isRevoked(token: PresentedToken): Promise<boolean>;
}

/** A request that waits longer for Redis continues without it. */
const redisTimeoutMs = 100;

/** Largest number of revocations that wait for Redis. The oldest are dropped. */
const maxUnwritten = 10_000;

/**
 * Shares revocations with the other processes through Redis, which keeps them for `tokenSeconds`, the longest lifetime of
 * a token. Redis may have missed or lost revocations during an outage. It is therefore trusted alone only after it has
 * been available for `tokenSeconds`. Until then `record`, if given, is asked as well.
 */
export function createRevocationList(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly tokenSeconds: number;
  /** Asked if a token was issued too close to a revocation of all sessions to tell which came first. */
  readonly confirm: CheckSession;
  readonly record?: CheckSession;
  readonly now: () => number;
  readonly log: Logger;
}): RevocationList {
  const { redis, now, confirm, record } = options;
  const tokenMs = options.tokenSeconds * 1_000;
  const shared = createRedisRevocations(redis, options.keys, tokenMs);
  const local = createLocalRevocations();
  let version = 0;
  const unwritten = new LRUCache<string, Revocation>({ max: maxUnwritten });
  let trustedFrom = now() + tokenMs;

  const call = createFailOpenCall({
    timeoutMs: redisTimeoutMs,
    onFailure: (err) =>
      options.log.warn({ err }, 'session revocation: Redis unavailable, revocations not shared'),
  });
  const callRedis = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    const answer = redis.status === 'ready' ? await call(command) : undefined;
    if (answer === undefined) trustedFrom = now() + tokenMs;
    return answer;
  };

  const write = async (revocation: Revocation): Promise<void> => {
    await shared.write(revocation);
    if (unwritten.get(keyOf(revocation)) === revocation) unwritten.delete(keyOf(revocation));
  };
  /** Failed writes are repeated once Redis is available again. */
  const writeAll = async (): Promise<void> => {
    await Promise.allSettled([...unwritten.values()].map(write));
  };
  redis.on('ready', () => void writeAll());

  const add = async (revocation: Revocation): Promise<void> => {
    local.add(revocation);
    version += 1;
    unwritten.set(keyOf(revocation), revocation);
    await callRedis(async () => {
      await write(revocation);
      return true;
    });
  };

  return {
    revoke: (sessionId) => add({ sessionId }),
    revokeAllOf: (userId, { exceptSession } = {}) => add({ userId, exceptSession, at: now() }),
    version: () => version,
    mayBeRevoked: (token) => verdictOf(token, local.of(token)) !== 'live',
    async isRevoked(token) {
      const found = await callRedis(() => shared.read(token));
      if (found && unwritten.size > 0) void writeAll();
      const verdict = verdictOf(token, local.of(token), found ?? noRevocations);
      if (verdict === 'unsure') return (await confirm(token)) !== true;
      if (verdict === 'revoked' || !record || now() >= trustedFrom) return verdict === 'revoked';
      return (await record(token)) === false;
    },
  };
}

/** Key of a pending write. A later write with the same key replaces an earlier one. */
function keyOf(revocation: Revocation): string {
  return 'sessionId' in revocation
    ? revocation.sessionId
    : `${revocation.userId} ${revocation.exceptSession ?? ''}`;
}

/** The revocation of one session, or of all sessions that a user had at a given time, optionally except one. */
type Revocation =
  | { readonly sessionId: string }
  | { readonly userId: string; readonly at: number; readonly exceptSession: string | undefined };

/** The known revocations that concern a token's session or its user. */
interface KnownRevocations {
  readonly session: boolean;
  /** Times at which all sessions of the user were revoked, keyed by the exempt session or `everySession`. */
  readonly ofUser: ReadonlyMap<string, number>;
}

/** Key of a revocation without an exempt session. No session has this id. */
const everySession = '*';

const noRevocations: KnownRevocations = { session: false, ofUser: new Map() };

/** Largest assumed clock difference between the token issuer and the process that revokes a session. */
const skewMs = 5_000;

/** Resolution of the `iat` claim. */
const secondMs = 1_000;

/** Returns `unsure` if the token was issued too close to a revocation of all sessions to tell which came first. */
function verdictOf(
  token: PresentedToken,
  ...known: readonly KnownRevocations[]
): 'live' | 'revoked' | 'unsure' {
  if (known.some(({ session }) => session)) return 'revoked';
  const ends = known
    .flatMap(({ ofUser }) => [...ofUser])
    .filter(([except]) => except !== token.sessionId)
    .map(([, at]) => at);
  if (ends.length === 0) return 'live';
  const end = Math.max(...ends);
  if (token.issuedAt + secondMs + skewMs < end) return 'revoked';
  return token.issuedAt - skewMs > end ? 'live' : 'unsure';
}

/** Revocations made by this process. */
interface LocalRevocations {
  add(revocation: Revocation): void;
  of(token: PresentedToken): KnownRevocations;
}

/** Upper bound for sessions and for users. The oldest entries are evicted; by then they have been written to Redis. */
const maxRemembered = 10_000;

function createLocalRevocations(): LocalRevocations {
  const sessions = new LRUCache<string, true>({ max: maxRemembered });
  const users = new LRUCache<string, Map<string, number>>({ max: maxRemembered });
  return {
    add(revocation) {
      if ('sessionId' in revocation) {
        sessions.set(revocation.sessionId, true);
        return;
      }
      const { userId, at, exceptSession = everySession } = revocation;
      users.set(userId, new Map(users.get(userId)).set(exceptSession, at));
    },
    of({ userId, sessionId }) {
      const session = sessionId !== undefined && sessions.has(sessionId);
      const ofUser = users.get(userId);
      return session || ofUser ? { session, ofUser: ofUser ?? noRevocations.ofUser } : noRevocations;
    },
  };
}

/** Revocations in Redis. They are kept for the longest lifetime of an access token. */
interface RedisRevocations {
  write(revocation: Revocation): Promise<void>;
  read(token: PresentedToken): Promise<KnownRevocations>;
}

export function createRedisRevocations(redis: Redis, keys: Keys, tokenMs: number): RedisRevocations {
  const sessionKey = (sessionId: string) => keys('ended-session', sessionId);
  const userKey = (userId: string) => keys('ended-sessions-of', userId);
  return {
    async write(revocation) {
      if ('sessionId' in revocation) {
        await redis.set(sessionKey(revocation.sessionId), '1', 'PX', tokenMs);
        return;
      }
      const key = userKey(revocation.userId);
      // GT: a delayed write must not overwrite a newer revocation. MULTI: the key must not stay without expiry.
      const written = await redis
        .multi()
        .zadd(key, 'GT', String(revocation.at), revocation.exceptSession ?? everySession)
        .pexpire(key, tokenMs)
        .exec();
      const [fault] = written?.flatMap(([error]) => error ?? []) ?? [];
      if (fault) throw fault;
    },
    async read({ userId, sessionId }) {
      const [session, ofUser] = await Promise.all([
        sessionId === undefined ? 0 : redis.exists(sessionKey(sessionId)),
        redis.zrange(userKey(userId), '0', '-1', 'WITHSCORES'),
      ]);
      return { session: session > 0, ofUser: timesOf(ofUser) };
    },
  };
}

/** Parses the reply of ZRANGE WITHSCORES, which alternates members and scores. */
function timesOf(flat: readonly string[]): ReadonlyMap<string, number> {
  const pairs = flat.flatMap((member, index) =>
    index % 2 === 0 ? [[member, Number(flat[index + 1])] as const] : [],
  );
  return new Map(pairs);
}
