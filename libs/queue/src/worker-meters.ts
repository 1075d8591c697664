import {
  type HistogramDefinition,
  type MetricDefinition,
  metricCatalogue,
} from '@valuecanvas/contracts-core';

/** The outcome of an attempt. */
export type AttemptOutcome = 'completed' | 'retried' | 'failed' | 'cancelled' | 'handed over' | 'postponed';

/** The metrics of a worker host. */
export interface MeterFactory {
  counter(definition: MetricDefinition): { inc(labels: Record<string, string>): void };
  histogram(definition: HistogramDefinition): {
    observe(labels: Record<string, string>, value: number): void;
  };
}

export interface WorkerMeters {
  /** Milliseconds between a job's enqueuing and its first attempt. */
  waited(job: string, ms: number): void;
  ended(job: string, outcome: AttemptOutcome, ms: number): void;
}

export function createWorkerMeters(metrics: MeterFactory): WorkerMeters {
  const total = metrics.counter(metricCatalogue.queueAttempts);
  const duration = metrics.histogram(metricCatalogue.queueAttemptDuration);
  const wait = metrics.histogram(metricCatalogue.queueWait);
  return {
    waited: (job, ms) => wait.observe({ job }, ms / 1_000),
    ended(job, outcome, ms) {
      total.inc({ job, outcome });
      duration.observe({ job, outcome }, ms / 1_000);
    },
  };
}
