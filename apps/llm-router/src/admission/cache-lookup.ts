import type { AdmissionRequest } from './admission-request.ts';
import type { CacheMode } from './admit-command.ts';
import type { AnswerCache, CachedAnswer } from './answer-cache.ts';
import type { SettleCacheMode } from './settle-command.ts';
import type { Settlement } from './settlement.ts';

/** Result of looking up a separate cache before the script runs, and the script's cache mode. */
export interface Lookup {
  readonly mode: CacheMode;
  readonly answer?: CachedAnswer | undefined;
}

/** The separate cache's part in admission and settlement. Does nothing if the scripts access the cache themselves. */
export interface CacheLookup {
  /** `finished`: the leading call has just finished, so its answer should be stored. */
  before(request: AdmissionRequest, finished: boolean): Promise<Lookup>;
  /** Stores an answer before its single flight ends, so that every request finds one or the other. */
  keep(settlement: Settlement): Promise<SettleCacheMode>;
}

/** Treats an unavailable separate cache as a miss and reports to `onError`. */
export function createCacheLookup(cache: AnswerCache, onError: (error: unknown) => void): CacheLookup {
  const whereAway =
    <T>(fallback: T) =>
    (error: unknown): T => {
      onError(error);
      return fallback;
    };

  return {
    async before({ cache: wanted }, finished) {
      if (!wanted) return { mode: 'none' };
      if (!wanted.read) return { mode: 'fresh' };
      if (cache.inline) return { mode: 'here' };
      const answer = await cache.read(wanted.key).catch(whereAway(undefined));
      if (answer) return { mode: 'hit', answer };
      return { mode: finished ? 'again' : 'missed' };
    },
    async keep({ cache: entry }) {
      if (!entry) return 'none';
      if (entry === 'unfit') return 'unfit';
      if (cache.inline) return 'here';
      return (await cache.write(entry).catch(whereAway(false))) ? 'elsewhere' : 'unfit';
    },
  };
}
