import type { Keys, Redis } from '@valuecanvas/redis';
import { orAway } from './redis-away-error.ts';
import { defineCacheScripts } from './scripts.ts';

/** An answer as it was stored. */
export interface CachedAnswer {
  readonly value: Buffer;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** An answer to keep for others who ask the same. */
export interface CacheEntry {
  readonly key: string;
  readonly value: Buffer | string;
  /** By which the answers of one model can be removed. */
  readonly model: string;
  readonly ttlMs: number;
}

/** How much is kept. A larger value is not stored; all together, with what Redis needs to find them, never take more. */
export interface CacheBounds {
  readonly maxBytes: number;
  readonly maxEntryBytes: number;
}

/** The cached answers. Every operation rejects with RedisAwayError where their Redis is away. */
export interface AnswerCache {
  readonly bounds: CacheBounds;
  /**
   * Whether the cache lies in the Redis of budgets and journal: then the scripts for calls read and write it in passing.
   * Otherwise that costs a command of its own.
   */
  readonly inline: boolean;
  read(key: string): Promise<CachedAnswer | undefined>;
  /** False where the answer is too large to be kept. */
  write(entry: CacheEntry): Promise<boolean>;
  /** Removes all answers, or those of one model, and returns how many; what is stored meanwhile may stay. */
  clear(model?: string): Promise<number>;
  /** How many answers lie there, expired ones that are not removed yet included, and the bytes that they take. */
  figures(): Promise<{ readonly entries: number; readonly bytes: number }>;
}

/** Answers that one script looks at when they are to be removed. */
const clearedAtOnce = 500;

/** The line before an answer, as the scripts write it. */
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
      const entry = await orAway(redis.getBuffer(keys('cache', 'entry', key)));
      if (!entry) return undefined;
      const end = entry.indexOf('\n');
      const [, storedAt, countsUntil] = headOf.exec(entry.toString('utf8', 0, end)) ?? [];
      if (!(Number(countsUntil) > now())) return undefined;
      return { value: entry.subarray(end + 1), storedAt: Number(storedAt) };
    },
    async write({ key, value, model, ttlMs }) {
      const { maxBytes, maxEntryBytes } = bounds;
      if (Buffer.byteLength(value) > maxEntryBytes) return false;
      const [stored] = await scripts.store([base, now(), key, value, model, ttlMs, maxBytes, maxEntryBytes]);
      return stored === 1;
    },
    async clear(model = '') {
      let total = 0;
      let cursor = '0';
      do {
        const [removed, next] = await scripts.clear([base, model, cursor, clearedAtOnce]);
        total += Number(removed);
        cursor = String(next);
      } while (cursor !== '0');
      return total;
    },
    async figures() {
      const [entries, bytes] = await orAway(
        Promise.all([redis.zcard(keys('cache', 'expiry')), redis.get(keys('cache', 'bytes'))]),
      );
      return { entries, bytes: Number(bytes ?? 0) };
    },
  };
}
