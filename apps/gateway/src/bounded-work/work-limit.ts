import { AppError } from '@valuecanvas/contracts-core';

/** Runs work a few at a time, in order; throws OVERLOADED rather than let too much of it wait. */
export type WorkLimit = <T>(work: () => Promise<T>) => Promise<T>;

export function createWorkLimit(options: {
  readonly concurrency: number;
  /** How many may wait for their turn. */
  readonly waiting: number;
}): WorkLimit {
  const queue: (() => void)[] = [];
  let running = 0;

  const turn = (): Promise<void> | undefined => {
    if (running < options.concurrency) {
      running += 1;
      return undefined;
    }
    if (queue.length >= options.waiting) throw new AppError('OVERLOADED', { retryAfterSeconds: 2 });
    return new Promise((resolve) => queue.push(resolve));
  };
  /** Whoever waits longest takes over the place of whoever has finished. */
  const handOver = (): void => {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  };

  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      handOver();
    }
  };
}
