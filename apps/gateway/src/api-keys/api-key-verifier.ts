import { scopes as knownScopes, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { Logger } from '@valuecanvas/service-kit';
import { LRUCache } from 'lru-cache';
import { platformMetadataOf } from '../access-tokens/platform-metadata.ts';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import { createWorkLimit } from '../bounded-work/work-limit.ts';
import { hashApiKey, isApiKey } from './api-key-format.ts';
import type { ApiKeysStore, FoundApiKey } from './api-keys.store.ts';

/**
 * Knows API keys. Throws DEPENDENCY_UNAVAILABLE where PostgreSQL cannot say whether a key is good, and OVERLOADED where
 * too many keys wait for being looked up.
 */
export interface ApiKeyVerifier extends TokenVerifier {
  /** To be called once a key is revoked: what was known of it here is known no more. */
  forget(id: string): void;
}

/** Milliseconds for which a key is believed after it was looked up, within its own lifetime. */
const believedMs = 30_000;

/** Milliseconds for which a key that is not good is refused without another look. */
const refusedMs = 10_000;

/** Milliseconds for which a key that could not be looked up fails without another try: one request asks twice. */
const failedMs = 1_000;

/** Milliseconds between two notes of a key's use. */
const noteMs = 60_000;

/** Look-ups at once, and in line: made-up keys must leave connections to those who are known. */
const lookUps = { concurrency: 4, waiting: 200 };

interface KnownKey {
  readonly id: string;
  readonly principal: UserPrincipal;
  readonly until: number;
}

export function createApiKeyVerifier(options: {
  readonly store: Pick<ApiKeysStore, 'find' | 'noteUse'>;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}): ApiKeyVerifier {
  const { store, now } = options;
  const good = new LRUCache<string, KnownKey>({ max: 20_000 });
  const bad = new LRUCache<string, { readonly until: number }>({ max: 10_000 });
  const failed = new LRUCache<string, { readonly until: number; readonly error: unknown }>({ max: 1_000 });
  const flights = new Map<string, Promise<UserPrincipal | undefined>>();
  const limited = createWorkLimit(lookUps);
  let revocations = 0;

  const noteUse = ({ id, last_used_at }: FoundApiKey, principal: UserPrincipal, at: number): void => {
    if (last_used_at && at - last_used_at.getTime() < noteMs) return;
    const use = { at: new Date(at), unlessAfter: new Date(at - noteMs) };
    store
      .noteUse(id, principal, use)
      .catch((err: unknown) => options.log.warn({ err }, 'the use of an API key was not noted'));
  };

  const lookUp = async (key: string): Promise<UserPrincipal | undefined> => {
    const seen = revocations;
    const at = now();
    const found = await limited(() => store.find(hashApiKey(key)));
    if (!found || !isInForce(found, at)) {
      bad.set(key, { until: at + refusedMs });
      return undefined;
    }
    const principal = principalOf(found);
    // What was read before a key was revoked is worth nothing after it.
    if (seen === revocations) good.set(key, { id: found.id, principal, until: believedUntil(found, at) });
    noteUse(found, principal, at);
    return principal;
  };

  const share = (key: string): Promise<UserPrincipal | undefined> => {
    const flight: Promise<UserPrincipal | undefined> = lookUp(key)
      .catch((error: unknown) => {
        failed.set(key, { until: now() + failedMs, error });
        throw error;
      })
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      });
    flights.set(key, flight);
    return flight;
  };

  return {
    known(key) {
      const entry = good.get(key);
      return entry && entry.until > now() ? entry.principal : undefined;
    },
    async verify(key) {
      if (!isApiKey(key) || (bad.get(key)?.until ?? 0) > now()) return undefined;
      const failure = failed.get(key);
      if (failure && failure.until > now()) throw failure.error;
      return flights.get(key) ?? share(key);
    },
    forget(id) {
      revocations += 1;
      flights.clear();
      for (const [key, known] of good.entries()) if (known.id === id) good.delete(key);
    },
  };
}

function isInForce({ expires_at, banned_until }: FoundApiKey, at: number): boolean {
  const isExpired = expires_at !== null && expires_at.getTime() <= at;
  const isBanned = banned_until !== null && banned_until.getTime() > at;
  return !isExpired && !isBanned;
}

function believedUntil({ expires_at }: FoundApiKey, at: number): number {
  return Math.min(at + believedMs, expires_at?.getTime() ?? Number.POSITIVE_INFINITY);
}

/** Tier and role are the user's of today, not of the day when the key was made. */
function principalOf({ user_id, scopes, raw_app_meta_data }: FoundApiKey): UserPrincipal {
  return {
    kind: 'user',
    userId: user_id,
    ...platformMetadataOf(raw_app_meta_data),
    scopes: knownScopes.filter((scope) => scopes.includes(scope)),
  };
}
