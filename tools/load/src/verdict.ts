import type { Result } from './measurements.ts';
import type { Thresholds } from './scenarios.ts';

export interface Verdict {
  readonly threshold: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** Compares a result with its thresholds. A figure that could not be measured does not hold. */
export function judge({ all, cacheHits, steadyRate }: Result, thresholds: Thresholds): Verdict[] {
  const failures = all.failures / all.requests;
  const { requestsPerSecond } = thresholds;
  return [
    verdict(
      `95 % of requests within ${seconds(thresholds.p95Ms)}`,
      seconds(all.p95Ms),
      all.p95Ms < thresholds.p95Ms,
    ),
    verdict(
      `99 % of requests within ${seconds(thresholds.p99Ms)}`,
      seconds(all.p99Ms),
      all.p99Ms < thresholds.p99Ms,
    ),
    verdict(
      `failures below ${percent(thresholds.failures)}`,
      percent(failures),
      failures < thresholds.failures,
    ),
    verdict(
      `cache hits above ${percent(thresholds.cacheHits)}`,
      percent(cacheHits),
      cacheHits > thresholds.cacheHits,
    ),
    ...(requestsPerSecond === undefined
      ? []
      : [
          verdict(
            `more than ${requestsPerSecond} requests/s`,
            steadyRate.toFixed(1),
            steadyRate > requestsPerSecond,
          ),
        ]),
  ];
}

const verdict = (threshold: string, measured: string, holds: boolean): Verdict => ({
  threshold,
  measured,
  holds,
});

export const seconds = (ms: number): string => (Number.isNaN(ms) ? '–' : `${(ms / 1_000).toFixed(2)} s`);

export const percent = (share: number): string =>
  Number.isNaN(share) ? '–' : `${(share * 100).toFixed(1)} %`;
