/** Number of latencies kept for percentiles. */
const sampleSize = 512;

export interface ProviderFigures {
  readonly calls: number;
  readonly failures: number;
  readonly fallbacks: number;
  readonly latencyP50: number;
  readonly latencyP95: number;
}

/** Counts a provider's calls since the start. */
export interface ProviderStatistics {
  /** Records a whole answer, or a stream's start, with its latency in milliseconds. */
  succeeded(latencyMs: number, asFallback: boolean): void;
  failed(): void;
  /** Records that a started stream broke off. */
  failedLater(): void;
  figures(): ProviderFigures;
}

export function createProviderStatistics(): ProviderStatistics {
  const latencies = new Float64Array(sampleSize);
  let successes = 0;
  let failedCalls = 0;
  let brokenStreams = 0;
  let fallbacks = 0;

  return {
    succeeded(latencyMs, asFallback) {
      latencies[successes % sampleSize] = latencyMs;
      successes += 1;
      if (asFallback) fallbacks += 1;
    },
    failed() {
      failedCalls += 1;
    },
    failedLater() {
      brokenStreams += 1;
    },
    figures() {
      const sorted = latencies.slice(0, Math.min(successes, sampleSize)).sort();
      const percentile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      return {
        calls: successes + failedCalls,
        failures: failedCalls + brokenStreams,
        fallbacks,
        latencyP50: percentile(0.5),
        latencyP95: percentile(0.95),
      };
    },
  };
}
