import { AppError } from '@valuecanvas/contracts-core';
import type { Logger } from '@valuecanvas/service-kit';
import { type CryptoKey, createLocalJWKSet, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';

/** Public keys that somebody else publishes and changes. */
export interface PublishedKeys {
  /** The key of that id and algorithm, if there is one. Throws DEPENDENCY_UNAVAILABLE while none were ever loaded. */
  find(header: JWSHeaderParameters): Promise<CryptoKey | undefined>;
}

/** Milliseconds after which keys are loaded again while they go on being used. */
const refreshMs = 5 * 60_000;

/** Milliseconds after which keys are used no longer without another look: what was withdrawn must be gone by then. */
const maxAgeMs = 10 * 60_000;

/** Milliseconds between two looks: keys that nobody has published cannot make us ask more often. */
const cooldownMs = 30_000;

/** The same while there are no keys at all, without which nobody gets in. */
const firstCooldownMs = 1_000;

/** Keys from `load`. Where that fails, those that were loaded last go on serving. */
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
      options.log.warn({ err }, 'the keys of access tokens cannot be loaded');
    }
  };
  /** The look that is under way, or a new one; undefined where the last one is too recent. */
  const look = (): Promise<void> | undefined => {
    if (!loading && now() - triedAt >= (keys ? cooldownMs : firstCooldownMs)) {
      loading = loadNow().finally(() => {
        loading = undefined;
      });
    }
    return loading;
  };
  const lookUp = async (header: JWSHeaderParameters): Promise<CryptoKey | undefined> => {
    if (!keys) throw new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'no keys of access tokens' });
    return keys(header).catch(() => undefined);
  };

  return {
    async find(header) {
      const age = now() - loadedAt;
      if (age >= refreshMs) {
        const looking = look();
        if (!keys || (age >= maxAgeMs && !isFailing)) await looking;
      }
      const found = await lookUp(header);
      if (found) return found;
      const looking = look();
      if (!looking) return undefined;
      await looking;
      return lookUp(header);
    },
  };
}
