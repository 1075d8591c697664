import type { AdmissionRequest } from './admission-request.ts';
import type { CacheMode } from './admit-command.ts';
import type { AnswerCache, CachedAnswer } from './answer-cache.ts';
import type { SettleCacheMode } from './settle-command.ts';
import type { Settlement } from './settlement.ts';

/** What the cache has for a request before the script is asked, and how that is told to the script. */
export interface Lookup {
  readonly mode: CacheMode;
  readonly answer?: CachedAnswer | undefined;
}

/** The part of the cache in admitting and settling: nothing is done here where the scripts do it in passing. */
export interface CacheLookup {
  /** `landed`: the flight that the request asks about has just ended, so the answer should be there. */
  before(request: AdmissionRequest, landed: boolean): Promise<Lookup>;
  /** Keeps an answer before the flight of its call ends, so that nobody looks in between and finds neither. */
  keep(settlement: Settlement): Promise<SettleCacheMode>;
}

/** A cache elsewhere that is away is none: `onError` hears of it, the call goes on. */
export function createCacheLookup(cache: AnswerCache, onError: (error: unknown) => void): CacheLookup {
  const whereAway =
    <T>(fallback: T) =>
    (error: unknown): T => {
      onError(error);
      return fallback;
    };

  return {
    async before({ cache: wanted }, landed) {
      if (!wanted) return { mode: 'none' };
      if (!wanted.read) return { mode: 'fresh' };
      if (cache.inline) return { mode: 'here' };
      const answer = await cache.read(wanted.key).catch(whereAway(undefined));
      if (answer) return { mode: 'hit', answer };
      return { mode: landed ? 'again' : 'missed' };
    },
    async keep({ cache: entry }) {
      if (!entry) return 'none';
      if (entry === 'unfit') return 'unfit';
      if (cache.inline) return 'here';
      return (await cache.write(entry).catch(whereAway(false))) ? 'elsewhere' : 'unfit';
    },
  };
}
