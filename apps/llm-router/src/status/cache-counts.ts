import type { CompletionObserver } from '../completions/observer.ts';

export interface CacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** Share of hits among all lookups; 0 without lookups. */
  readonly hitRate: number;
}

/** Counts cache lookups and hits since the start. */
export interface CacheCounts {
  /** Wraps an observer and counts its answers. */
  counting(observer: CompletionObserver): CompletionObserver;
  figures(): CacheFigures;
}

export function createCacheCounts(): CacheCounts {
  let hits = 0;
  let misses = 0;
  return {
    counting: (observer) => ({
      ...observer,
      answered(source, timing) {
        if (source.kind === 'cache') hits += 1;
        if (source.kind === 'provider' && source.asked) misses += 1;
        observer.answered(source, timing);
      },
    }),
    figures: () => ({ hits, misses, hitRate: hits === 0 ? 0 : hits / (hits + misses) }),
  };
}
