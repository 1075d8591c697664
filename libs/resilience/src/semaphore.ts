import { TimeoutError } from './timeout.ts';

export interface SemaphoreFigures {
  readonly inUse: number;
  readonly queued: number;
}

/** Bounds how many operations run at the same time, and how many may wait for their turn, in order of arrival. */
export interface Semaphore {
  /** Takes a free permit synchronously. Returns false if there is none. Release each permit exactly once. */
  tryAcquire(): boolean;
  /**
   * Takes a permit, waiting in order of arrival. Rejects with QueueFullError if the queue is full, with TimeoutError after
   * `maxWaitMs`, or with the signal's reason once it is aborted.
   */
  acquire(signal?: AbortSignal): Promise<void>;
  /** Returns a permit, which goes to the first waiter. */
  release(): void;
  /** Runs `work` with a permit. Rejects as `acquire` does, or as `work` does. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** True if neither a permit nor a place in the queue is free. */
  isFull(): boolean;
  figures(): SemaphoreFigures;
}

export interface SemaphoreOptions {
  readonly concurrency: number;
  /** Places in the queue. */
  readonly maxQueued: number;
  /** Maximum wait in the queue. Unbounded if absent. */
  readonly maxWaitMs?: number | undefined;
}

/** Rejection of an `acquire` that found the queue full. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';

  constructor() {
    super('The queue is full.');
  }
}

export function createSemaphore({ concurrency, maxQueued, maxWaitMs }: SemaphoreOptions): Semaphore {
  const waiters = new WaiterQueue();
  let inUse = 0;

  function wait(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      waiters.remove(waiter);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      leave();
      reject(signal?.reason);
    };
    const onTimeout = (ms: number): void => {
      leave();
      reject(new TimeoutError(ms));
    };
    const timer = maxWaitMs === undefined ? undefined : setTimeout(onTimeout, maxWaitMs, maxWaitMs);
    const waiter = waiters.add(() => {
      leave();
      resolve();
    });
    signal?.addEventListener('abort', onAbort);
    return promise;
  }

  const semaphore: Semaphore = {
    tryAcquire() {
      if (inUse >= concurrency) return false;
      inUse += 1;
      return true;
    },
    async acquire(signal) {
      signal?.throwIfAborted();
      if (semaphore.tryAcquire()) return;
      if (waiters.length >= maxQueued) throw new QueueFullError();
      await wait(signal);
    },
    release() {
      // The permit passes to the first waiter directly, so that no later caller can take it in between.
      const first = waiters.first();
      if (first) first.admit();
      else inUse -= 1;
    },
    async run(work) {
      if (!semaphore.tryAcquire()) await semaphore.acquire();
      try {
        return await work();
      } finally {
        semaphore.release();
      }
    },
    isFull: () => inUse >= concurrency && waiters.length >= maxQueued,
    figures: () => ({ inUse, queued: waiters.length }),
  };
  return semaphore;
}

interface Waiter {
  readonly admit: () => void;
  previous: Waiter | undefined;
  next: Waiter | undefined;
}

/**
 * A linked list: a waiter leaves from the middle in constant time, and unlinked waiters refer to no others. A Set would
 * retain later waiters through the tables that it outgrows (see `createTimeoutQueue`).
 */
class WaiterQueue {
  length = 0;
  #first: Waiter | undefined;
  #last: Waiter | undefined;

  first(): Waiter | undefined {
    return this.#first;
  }

  add(admit: () => void): Waiter {
    const waiter: Waiter = { admit, previous: this.#last, next: undefined };
    if (this.#last) this.#last.next = waiter;
    else this.#first = waiter;
    this.#last = waiter;
    this.length += 1;
    return waiter;
  }

  remove(waiter: Waiter): void {
    if (waiter.previous) waiter.previous.next = waiter.next;
    else this.#first = waiter.next;
    if (waiter.next) waiter.next.previous = waiter.previous;
    else this.#last = waiter.previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    this.length -= 1;
  }
}
