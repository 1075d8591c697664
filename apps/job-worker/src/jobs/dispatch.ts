import { type JobName, jobCatalogue } from '@valuecanvas/contracts-job-worker';
import type { Producer } from '@valuecanvas/queue';
import type { JobsStore } from './jobs.store.ts';

/** The part of a stored job that the queue needs. */
export interface StoredJob {
  readonly id: string;
  readonly type: JobName;
  readonly priority: number;
  readonly traceContext: Readonly<Record<string, string>>;
}

/** Adds stored jobs of any kind to the queue and marks their rows. Rejects if Redis or PostgreSQL is unavailable. */
export type Dispatch = (jobs: readonly StoredJob[]) => Promise<void>;

export function createDispatch(producer: Producer, store: Pick<JobsStore, 'markEnqueued'>): Dispatch {
  return async (jobs) => {
    if (jobs.length === 0) return;
    await Promise.all(
      jobs.map(({ id, type, priority, traceContext }) =>
        producer.enqueue(jobCatalogue[type], { id, priority, traceContext }),
      ),
    );
    await store.markEnqueued(jobs.map(({ id }) => id));
  };
}
