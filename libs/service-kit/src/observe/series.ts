import type { Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

export interface Described {
  readonly name: string;
  readonly help: string;
}

/** One series of a histogram. */
export interface Distribution {
  observe(value: number): void;
}

/** One series of a counter. */
export interface Total {
  add(amount: number): void;
}

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

// Kept by hand because every call of a provider pays for them: an observation takes prom-client 340 ns, nearly all of it
// for finding its labels again, and a series that is kept 20 ns.

/** A histogram in Prometheus' form. Ask for the series of given labels once, and keep it. */
export function createHistogram(
  registry: Registry,
  { name, help, bounds }: Described & { readonly bounds: readonly number[] },
): (labels: Labels) => Distribution {
  const series: (() => Sample[])[] = [];
  register(registry, 'histogram', { name, help }, () => series.flatMap((samples) => samples()));

  return (labels) => {
    /** How many were up to each bound and above the one before; the last are those beyond all. */
    const counts = new Array<number>(bounds.length + 1).fill(0);
    let sum = 0;
    series.push(() => histogramSamples(name, labels, bounds, counts, sum));
    return {
      observe(value) {
        let bucket = 0;
        while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
        counts[bucket] = (counts[bucket] as number) + 1;
        sum += value;
      },
    };
  };
}

/** A counter. Ask for the series of given labels once, and keep it. */
export function createCounter(registry: Registry, described: Described): (labels: Labels) => Total {
  const series: (() => Sample)[] = [];
  register(registry, 'counter', described, () => series.map((sample) => sample()));

  return (labels) => {
    let value = 0;
    series.push(() => ({ labels, value }));
    return {
      add(amount) {
        value += amount;
      },
    };
  };
}

/** A gauge whose values are read when somebody asks for them. */
export function createGauge(
  registry: Registry,
  described: Described,
  read: () => Iterable<{ readonly labels: Labels; readonly value: number }>,
): void {
  register(registry, 'gauge', described, () => [...read()]);
}

function register(
  registry: Registry,
  type: 'histogram' | 'counter' | 'gauge',
  described: Described,
  samples: () => Sample[],
): void {
  const get = async () => ({ ...described, type, aggregator: 'sum', values: samples() });
  registry.registerMetric({ name: described.name, get } as unknown as Parameters<
    Registry['registerMetric']
  >[0]);
}

function histogramSamples(
  name: string,
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  sum: number,
): Sample[] {
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
