import { LRUCache } from 'lru-cache';

/** Largest number of counters. The least recently used counter is evicted. */
const maxKeys = 10_000;

/** The state of a counter against its limit. */
export interface Count {
  readonly max: number;
  readonly remaining: number;
  /** Time until the window ends, rounded up. */
  readonly ttlInSeconds: number;
  readonly isExceeded: boolean;
}

/** Counts requests in this process only. The window of a key begins with its first request. */
export function createLocalCounts({
  windowMs,
  now,
}: {
  readonly windowMs: number;
  readonly now: () => number;
}): (key: string, max: number) => Count {
  const windows = new LRUCache<string, { count: number; readonly endsAt: number }>({ max: maxKeys });

  const windowOf = (key: string) => {
    const current = windows.get(key);
    if (current && current.endsAt > now()) return current;
    const next = { count: 0, endsAt: now() + windowMs };
    windows.set(key, next);
    return next;
  };

  return (key, max) => {
    const window = windowOf(key);
    window.count += 1;
    return {
      max,
      remaining: Math.max(0, max - window.count),
      ttlInSeconds: Math.ceil((window.endsAt - now()) / 1_000),
      isExceeded: window.count > max,
    };
  };
}
