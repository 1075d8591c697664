const bucketsPerMs = 200;
/** Longer ones count as this. */
const longestMs = 20_000;

/** Durations in buckets of 5 µs, so that recording one costs the same however many there are. */
export interface Histogram {
  record(ms: number): void;
  /** Milliseconds that this share (0 to 1) of the durations did not exceed; NaN without any. */
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
