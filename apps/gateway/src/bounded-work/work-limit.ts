import { AppError } from '@valuecanvas/contracts-core';
import { createSemaphore, QueueFullError, type SemaphoreOptions } from '@valuecanvas/resilience';

/** Runs work with bounded concurrency, in order of arrival. Throws OVERLOADED if the queue is full. */
export type WorkLimit = <T>(work: () => Promise<T>) => Promise<T>;

export function createWorkLimit(options: SemaphoreOptions): WorkLimit {
  const semaphore = createSemaphore(options);
  return async (work) => {
    try {
      return await semaphore.run(work);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new AppError('OVERLOADED', { cause: error, retryAfterSeconds: 2 });
    }
  };
}
