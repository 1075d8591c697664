import type { UserPrincipal } from '@valuecanvas/contracts-core';
import { createSemaphore, singleFlight } from '@valuecanvas/resilience';
import type { Logger } from '@valuecanvas/service-kit';
import { LRUCache } from 'lru-cache';
import type { TokenVerifier } from '../access-tokens/token-verifier.ts';
import { platformMetadataOf, type Roles } from '../roles/roles.ts';
import { hashApiKey, isApiKey } from './api-key-format.ts';
import type { ApiKeysStore, FoundApiKey } from './api-keys.store.ts';

/**
 * Verifies API keys. Throws DEPENDENCY_UNAVAILABLE if PostgreSQL is unavailable, and QueueFullError, which clients get as
 * OVERLOADED, if too many look-ups are waiting.
 */
export interface ApiKeyVerifier extends TokenVerifier {
  /** Drops a revoked key from the cache of this process. */
  forget(id: string): void;
  /** Drops all keys of a user from the cache of this process, for example after a change of the user's role. */
  forgetOwner(userId: string): void;
}

/** A verified key is cached for this long, within its own lifetime. */
const cacheTtlMs = 30_000;

/** An invalid key is refused for this long without another look-up. */
const refusalTtlMs = 10_000;

/** A failed look-up is cached for this long, because one request may verify a key twice. */
const failedMs = 1_000;

/** Least time between two updates of a key's last use. */
const noteMs = 60_000;

/** Concurrent and waiting look-ups. The limit keeps database connections free while a client tries made-up keys. */
const lookUps = { concurrency: 4, maxQueued: 200 };

interface KnownKey {
  readonly id: string;
  readonly principal: UserPrincipal;
  readonly until: number;
}

export function createApiKeyVerifier(options: {
  readonly store: Pick<ApiKeysStore, 'find' | 'noteUse'>;
  readonly roles: Roles;
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}): ApiKeyVerifier {
  const { store, roles, now } = options;
  const good = new LRUCache<string, KnownKey>({ max: 20_000 });
  const bad = new LRUCache<string, { readonly until: number }>({ max: 10_000 });
  const failed = new LRUCache<string, { readonly until: number; readonly error: unknown }>({ max: 1_000 });
  const semaphore = createSemaphore(lookUps);
  let revocations = 0;

  const noteUse = ({ id, last_used_at }: FoundApiKey, principal: UserPrincipal, at: number): void => {
    if (last_used_at && at - last_used_at.getTime() < noteMs) return;
    const use = { at: new Date(at), unlessAfter: new Date(at - noteMs) };
    store
      .noteUse(id, principal, use)
      .catch((err: unknown) => options.log.warn({ err }, 'api keys: updating the last use failed'));
  };

  const lookUp = async (key: string): Promise<UserPrincipal | undefined> => {
    const seen = revocations;
    const at = now();
    const found = await semaphore.run(() => store.find(hashApiKey(key)));
    if (!found || !isInForce(found, at)) {
      bad.set(key, { until: at + refusalTtlMs });
      return undefined;
    }
    const principal = principalOf(found, roles);
    // A row that was read before a revocation may be stale.
    if (seen === revocations) good.set(key, { id: found.id, principal, until: cachedUntil(found, at) });
    noteUse(found, principal, at);
    return principal;
  };

  /** A look-up that began before a revocation is not shared with later requests. */
  const lookUpOnce = singleFlight(
    (key: string) =>
      lookUp(key).catch((error: unknown) => {
        failed.set(key, { until: now() + failedMs, error });
        throw error;
      }),
    (key) => `${revocations} ${key}`,
  );

  const forgetWhere = (isStale: (known: KnownKey) => boolean): void => {
    revocations += 1;
    for (const [key, known] of good.entries()) if (isStale(known)) good.delete(key);
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
      return lookUpOnce(key);
    },
    forget: (id) => forgetWhere((known) => known.id === id),
    forgetOwner: (userId) => forgetWhere(({ principal }) => principal.userId === userId),
  };
}

function isInForce({ expires_at, banned_until }: FoundApiKey, at: number): boolean {
  const isExpired = expires_at !== null && expires_at.getTime() <= at;
  const isBanned = banned_until !== null && banned_until.getTime() > at;
  return !isExpired && !isBanned;
}

function cachedUntil({ expires_at }: FoundApiKey, at: number): number {
  return Math.min(at + cacheTtlMs, expires_at?.getTime() ?? Number.POSITIVE_INFINITY);
}

/** Tier, role and permissions are the user's at the time of the look-up, not at the creation of the key. */
function principalOf({ id, user_id, scopes, raw_app_meta_data }: FoundApiKey, roles: Roles): UserPrincipal {
  const metadata = platformMetadataOf(raw_app_meta_data, roles);
  return {
    kind: 'user',
    userId: user_id,
    ...metadata,
    permissions: roles.permissionsOf(metadata.role).filter((permission) => scopes.includes(permission)),
    apiKeyId: id,
  };
}
