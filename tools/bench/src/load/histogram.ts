const bucketsPerMs = 200;
/** Longer durations count as this one. */
const longestMs = 20_000;

/** Collects durations in buckets of 5 µs, so that recording has constant cost. */
export interface Histogram {
  record(ms: number): void;
  /** Returns the percentile in milliseconds for a share from 0 to 1; NaN without durations. */
  percentile(share: number): number;
}

export function createHistogram(): Histogram {
  const counts = new Uint32Array(longestMs * bucketsPerMs + 1);
  let total = 0;
  return {
    record(ms) {
      const bucket = Math.min(counts.length - 1, Math.max(0, Math.floor(ms * bucketsPerMs)));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      total += 1;
    },
    percentile(share) {
      if (total === 0) return Number.NaN;
      const rank = Math.max(1, Math.ceil(total * share));
      let seen = 0;
      const bucket = counts.findIndex((count) => {
        seen += count;
        return seen >= rank;
      });
      return bucket / bucketsPerMs;
    },
  };
}
