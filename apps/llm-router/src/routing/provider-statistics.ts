/** Latencies that are kept for the percentiles. */
const sampleSize = 512;

export interface ProviderFigures {
  readonly calls: number;
  readonly failures: number;
  readonly fallbacks: number;
  readonly latencyP50: number;
  readonly latencyP95: number;
}

/** Counts what happened with one provider since the start. */
export interface ProviderStatistics {
  succeeded(latencyMs: number, asFallback: boolean): void;
  failed(): void;
  figures(): ProviderFigures;
}

export function createProviderStatistics(): ProviderStatistics {
  const latencies: number[] = [];
  let calls = 0;
  let failures = 0;
  let fallbacks = 0;

  return {
    succeeded(latencyMs, asFallback) {
      latencies[calls % sampleSize] = latencyMs;
      calls += 1;
      if (asFallback) fallbacks += 1;
    },
    failed() {
      failures += 1;
    },
    figures() {
      const sorted = latencies.toSorted((a, b) => a - b);
      const percentile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
      return {
        calls: calls + failures,
        failures,
        fallbacks,
        latencyP50: percentile(0.5),
        latencyP95: percentile(0.95),
      };
    },
  };
}
