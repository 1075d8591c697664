import type { Registry } from 'prom-client';

/** Seconds; the fine ones are for our own overhead, the coarse ones for calls that wait for a model. */
const bounds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90];

const name = 'http_server_request_duration_seconds';
const help = 'Time from the first byte of a request to the last of its answer.';

interface Series {
  readonly labels: { readonly operation: string; readonly status: string };
  /** How many took up to each bound and no less than the one before; the last are those beyond all. */
  readonly counts: number[];
  sum: number;
}

export type ObserveRequest = (operation: string, status: number, seconds: number) => void;

/**
 * A Prometheus histogram by operation and status. Kept by hand because every request pays for it: prom-client's own
 * took a tenth of the CPU of a small request, most of it for looking the labels up.
 */
export function createRequestDurations(registry: Registry): ObserveRequest {
  const byOperation = new Map<string, Map<number, Series>>();

  const seriesOf = (operation: string, status: number): Series => {
    const byStatus = byOperation.get(operation) ?? new Map<number, Series>();
    byOperation.set(operation, byStatus);
    const series = {
      labels: { operation, status: String(status) },
      counts: new Array(bounds.length + 1).fill(0),
      sum: 0,
    };
    byStatus.set(status, series);
    return series;
  };

  const get = async () => {
    const all = [...byOperation.values()].flatMap((byStatus) => [...byStatus.values()]);
    return { name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(toValues) };
  };
  registry.registerMetric({ name, get } as unknown as Parameters<Registry['registerMetric']>[0]);

  return (operation, status, seconds) => {
    const series = byOperation.get(operation)?.get(status) ?? seriesOf(operation, status);
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  };
}

function toValues({ labels, counts, sum }: Series) {
  let upTo = 0;
  const buckets = counts.map((count, index) => {
    upTo += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: upTo };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: upTo },
  ];
}
