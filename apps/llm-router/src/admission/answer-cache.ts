import type { Keys, Redis } from '@valuecanvas/redis';
import { orUnavailable } from './redis-unavailable.ts';
import { defineCacheScripts } from './scripts.ts';
import type { CacheBounds, CacheEntry } from './types.ts';

/** A stored answer. */
export interface CachedAnswer {
  readonly value: Buffer;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** The answer cache. Every operation rejects with RedisUnavailableError if its Redis is unavailable. */
export interface AnswerCache {
  readonly bounds: CacheBounds;
  /**
   * True if the cache shares the Redis of budgets and journal: then the call scripts read and write it. Otherwise each
   * access costs a separate command.
   */
  readonly inline: boolean;
  read(key: string): Promise<CachedAnswer | undefined>;
  /** Returns false if the answer is too large to store. */
  write(entry: CacheEntry): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Removes all answers, or those of one model, and returns their number. Answers stored meanwhile may remain. */
  clear(model?: string): Promise<number>;
  /** Number and bytes of the stored answers, including expired ones that are not yet removed. */
  figures(): Promise<{ readonly entries: number; readonly bytes: number }>;
}

/** Number of answers that one script examines for removal. */
const maxCleared = 500;

/** Parses the header line of an entry, as the scripts write it. */
const headOf = /^(\d+) (\d+) /;

export function createAnswerCache(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly now: () => number;
  readonly bounds: CacheBounds;
  readonly inline: boolean;
}): AnswerCache {
  const { redis, keys, now, bounds, inline } = options;
  const scripts = defineCacheScripts(redis);
  const base = keys('');

  return {
    bounds,
    inline,
    async read(key) {
      const entry = await orUnavailable(redis.getBuffer(keys('cache', 'entry', key)));
      if (!entry) return undefined;
      const end = entry.indexOf('\n');
      const [, storedAt, countsUntil] = headOf.exec(entry.toString('utf8', 0, end)) ?? [];
      if (!(Number(countsUntil) > now())) return undefined;
      return { value: entry.subarray(end + 1), storedAt: Number(storedAt) };
    },
    async write({ key, value, model, ttlMs }) {
      if (Buffer.byteLength(value) > bounds.maxEntryBytes) return false;
      const [stored] = await scripts.store({ base, now: now(), key, value, model, ttlMs, ...bounds });
      return stored === 1;
    },
    async remove(key) {
      await scripts.remove({ base, key });
    },
    async clear(model = '') {
      let total = 0;
      let cursor = '0';
      do {
        const [removed, next] = await scripts.clear({ base, model, cursor, maxEntries: maxCleared });
        total += Number(removed);
        cursor = String(next);
      } while (cursor !== '0');
      return total;
    },
    async figures() {
      const [entries, bytes] = await orUnavailable(
        Promise.all([redis.zcard(keys('cache', 'expiry')), redis.get(keys('cache', 'bytes'))]),
      );
      return { entries, bytes: Number(bytes ?? 0) };
    },
  };
}
