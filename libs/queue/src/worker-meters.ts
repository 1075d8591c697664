/** The outcome of an attempt. */
export type AttemptOutcome = 'completed' | 'retried' | 'failed' | 'cancelled' | 'handed over' | 'postponed';

/** The metrics of a worker host. */
export interface MeterFactory {
  counter(
    name: string,
    help: string,
    labels: readonly string[],
  ): { inc(labels: Record<string, string>): void };
  histogram(
    name: string,
    help: string,
    labels: readonly string[],
    buckets: number[],
  ): { observe(labels: Record<string, string>, value: number): void };
}

export interface WorkerMeters {
  /** Milliseconds between a job's enqueuing and its first attempt. */
  waited(job: string, ms: number): void;
  ended(job: string, outcome: AttemptOutcome, ms: number): void;
}

/** Buckets in seconds: from a cached answer to the longest timeout of a job. */
const durationBuckets = [0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120];

/** Buckets in seconds: from an idle worker to a long backlog. */
const waitBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200];

export function createWorkerMeters(metrics: MeterFactory): WorkerMeters {
  const labels = ['job', 'outcome'];
  const total = metrics.counter('queue_attempts_total', 'Attempts at jobs, by outcome.', labels);
  const duration = metrics.histogram(
    'queue_attempt_duration_seconds',
    'Duration of attempts at jobs.',
    labels,
    durationBuckets,
  );
  const wait = metrics.histogram(
    'queue_wait_seconds',
    'Time between enqueuing a job and its first attempt.',
    ['job'],
    waitBuckets,
  );
  return {
    waited: (job, ms) => wait.observe({ job }, ms / 1_000),
    ended(job, outcome, ms) {
      total.inc({ job, outcome });
      duration.observe({ job, outcome }, ms / 1_000);
    },
  };
}
