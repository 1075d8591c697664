import { llmJob } from '@valuecanvas/contracts-job-worker';
import type { Producer } from '@valuecanvas/queue';
import type { JobsStore } from './jobs.store.ts';

/** What the queue is told of a stored job. */
export interface StoredJob {
  readonly id: string;
  readonly priority: number;
  readonly traceContext: Readonly<Record<string, string>>;
}

/** Tells the queue of jobs whose rows are stored, and their rows of that. Rejects where the queue or the database is away. */
export type Dispatch = (jobs: readonly StoredJob[]) => Promise<void>;

export function createDispatch(producer: Producer, store: Pick<JobsStore, 'markEnqueued'>): Dispatch {
  return async (jobs) => {
    if (jobs.length === 0) return;
    await Promise.all(
      jobs.map(({ id, priority, traceContext }) =>
        producer.enqueue(llmJob, { jobId: id }, { id, priority, traceContext }),
      ),
    );
    await store.markEnqueued(jobs.map(({ id }) => id));
  };
}
