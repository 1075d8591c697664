import type { Producer } from '@valuecanvas/queue';
import type { Logger } from '@valuecanvas/service-kit';
import type { JobRow } from './jobs.store.ts';

/** Removes cancelled jobs from the queue and aborts the running ones. Without Redis, the workers find them cancelled later. */
export type TakeBack = (jobs: readonly Pick<JobRow, 'id' | 'status'>[]) => Promise<void>;

export function createTakeBack(parts: {
  readonly producer: Pick<Producer, 'remove' | 'abort'>;
  /** Tells the watchers of a job that it has changed. */
  readonly announce: (jobId: string) => void;
  readonly log: Logger;
}): TakeBack {
  const { producer, announce, log } = parts;
  return async (jobs) => {
    for (const { id } of jobs) announce(id);
    await Promise.all(
      jobs.map(({ id, status }) => (status === 'active' ? producer.abort(id) : producer.remove(id))),
    ).catch((err: unknown) =>
      log.warn({ err }, 'queue: unavailable, the worker will find the job cancelled'),
    );
  };
}
