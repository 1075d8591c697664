import { AppError } from '@valuecanvas/contracts-core';
import type { Logger } from '@valuecanvas/service-kit';
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';

/** The published verification keys (JWKS) of a remote issuer. */
export interface PublishedKeys {
  /** Finds a key by id and algorithm. Throws DEPENDENCY_UNAVAILABLE if no keys have been loaded yet. */
  find(header: JWSHeaderParameters): Promise<CryptoKey | undefined>;
}

/** Keys older than this are reloaded in the background. */
const refreshMs = 5 * 60_000;

/** Keys older than this are reloaded before use, so that withdrawn keys are refused. */
const maxAgeMs = 10 * 60_000;

/** Least time between two loads, so that tokens with unknown keys cannot cause more of them. */
const cooldownMs = 30_000;

/** Least time between two loads until the first one succeeds: without keys, every token is refused. */
const firstCooldownMs = 1_000;

/** Caches the keys that `load` returns. If a load fails, the last loaded keys stay in use. */
export function createPublishedKeys(options: {
  readonly load: () => Promise<unknown>;
  readonly now: () => number;
  readonly log: Logger;
}): PublishedKeys {
  const { now } = options;
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let loadedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  let loading: Promise<void> | undefined;

  const loadNow = async (): Promise<void> => {
    triedAt = now();
    try {
      keys = createLocalJWKSet((await options.load()) as JSONWebKeySet);
      loadedAt = now();
      isFailing = false;
    } catch (err) {
      isFailing = true;
      options.log.warn({ err }, 'access tokens: loading the published keys failed');
    }
  };
  /** Returns the load in progress, or starts one. Returns undefined if the last load is too recent. */
  const reload = (): Promise<void> | undefined => {
    if (!loading && now() - triedAt >= (keys ? cooldownMs : firstCooldownMs)) {
      loading = loadNow().finally(() => {
        loading = undefined;
      });
    }
    return loading;
  };
  const lookUp = async (header: JWSHeaderParameters): Promise<CryptoKey | undefined> => {
    if (!keys) throw new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'no access token keys loaded' });
    return keys(header).catch(() => undefined);
  };

  return {
    async find(header) {
      const age = now() - loadedAt;
      if (age >= refreshMs) {
        const reloading = reload();
        if (!keys || (age >= maxAgeMs && !isFailing)) await reloading;
      }
      const found = await lookUp(header);
      if (found) return found;
      const reloading = reload();
      if (!reloading) return undefined;
      await reloading;
      return lookUp(header);
    },
  };
}
