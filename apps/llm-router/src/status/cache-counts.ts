import type { CompletionWatch } from '../completions/watch.ts';

export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** Hits among all look-ups; 0 where there were none. */
  readonly hitRate: number;
}

/** Counts how often the cache was asked since the start, and how often it answered. */
export interface CacheCounts {
  /** The same watch, whose answers are counted. */
  counting(watch: CompletionWatch): CompletionWatch;
  figures(): CacheFigures;
}

export function createCacheCounts(): CacheCounts {
  let hits = 0;
  let misses = 0;
  return {
    counting: (watch) => ({
      ...watch,
      answered(source, timing) {
        if (source.kind === 'cache') hits += 1;
        if (source.kind === 'provider' && source.asked) misses += 1;
        watch.answered(source, timing);
      },
    }),
    figures: () => ({ hits, misses, hitRate: hits === 0 ? 0 : hits / (hits + misses) }),
  };
}
