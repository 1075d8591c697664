import {
  type HistogramDefinition,
  type MetricDefinition,
  type MetricSample,
  metricCatalogue,
  type ObservedMetrics,
} from '@valuecanvas/contracts-core';
import { withTimeout } from '@valuecanvas/resilience';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createGauge } from './series.ts';

/** Metrics of one service. Each has its own registry, so several can run in one process. */
export interface Metrics extends ObservedMetrics {
  readonly registry: Registry;
  counter<L extends string>(definition: MetricDefinition<L>): Counter<L>;
  gauge<L extends string>(definition: MetricDefinition<L>): Gauge<L>;
  histogram<L extends string>(definition: HistogramDefinition<L>): Histogram<L>;
}

type Read = () => Iterable<MetricSample> | Promise<Iterable<MetricSample>>;

/** Shorter than Prometheus waits for a scrape, so that one unavailable dependency does not hide all other metrics. */
const readTimeoutMs = 2_000;

export function createMetrics(service: string, version: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const observed = new Map<string, Read[]>();

  const metrics: Metrics = {
    registry,
    counter: ({ name, help, labels }) => new Counter({ name, help, labelNames: labels, registers }),
    gauge: ({ name, help, labels }) => new Gauge({ name, help, labelNames: labels, registers }),
    histogram: ({ name, help, labels, bounds }) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...bounds], registers }),
    observe(definition, read) {
      const reads = observed.get(definition.name) ?? [];
      if (reads.length === 0) {
        observed.set(definition.name, reads);
        createGauge(registry, definition, async () => (await Promise.all(reads.map(samplesOf))).flat());
      }
      reads.push(read);
    },
  };
  metrics.gauge(metricCatalogue.buildInfo).set({ version }, 1);
  return metrics;
}

async function samplesOf(read: Read): Promise<MetricSample[]> {
  return withTimeout(async () => [...(await read())], readTimeoutMs).catch(() => []);
}
