import type { Registry } from 'prom-client';
import { createHistogram, type Distribution } from './series.ts';

/** Buckets in seconds: fine ones for the platform's overhead, coarse ones for calls that wait for a model. */
const bounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90];

export type ObserveRequest = (operation: string, status: number, seconds: number) => void;

/** Creates the histogram of requests by operation and status. */
export function createRequestDurations(registry: Registry): ObserveRequest {
  const seriesOf = createHistogram(registry, {
    name: 'http_server_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its response.',
    bounds,
  });
  const byOperation = new Map<string, Map<number, Distribution>>();

  const firstOf = (operation: string, status: number): Distribution => {
    const byStatus = byOperation.get(operation) ?? new Map<number, Distribution>();
    const series = seriesOf({ operation, status: String(status) });
    byOperation.set(operation, byStatus.set(status, series));
    return series;
  };

  return (operation, status, seconds) => {
    const series = byOperation.get(operation)?.get(status) ?? firstOf(operation, status);
    series.observe(seconds);
  };
}
