import { ProviderError } from '../providers/provider-error.ts';

export interface SlotFigures {
  readonly inUse: number;
  readonly queued: number;
}

/** Bounds how many calls run at the same time; who finds no free slot waits in line. */
export interface Slots {
  /** Takes a free slot at once; false where there is none. Every slot taken is released exactly once. */
  take(): boolean;
  /** Takes a slot once it is one's turn. Throws ProviderError `overloaded` or `cancelled`, having taken none. */
  wait(signal: AbortSignal | undefined): Promise<void>;
  /** Hands the slot to who has waited longest. */
  release(): void;
  /** Whether neither a slot nor a place in the line is free. */
  isFull(): boolean;
  figures(): SlotFigures;
}

export interface SlotOptions {
  /** Named in errors. */
  readonly provider: string;
  readonly concurrency: number;
  /** Places in the line. */
  readonly queue: number;
  /** Milliseconds that one may stand in the line. */
  readonly maxWaitMs?: number;
}

interface Waiter {
  readonly admit: () => void;
}

export function createSlots(options: SlotOptions): Slots {
  const { provider, concurrency, queue, maxWaitMs = 5_000 } = options;
  /** In the order in which they came. */
  const line = new Set<Waiter>();
  let inUse = 0;

  const overloaded = (message: string) => new ProviderError('overloaded', provider, message);
  const cancelled = (signal: AbortSignal | undefined) =>
    new ProviderError('cancelled', provider, 'the caller waits no longer', { cause: signal?.reason });

  function stand(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      line.delete(waiter);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const give = (error: ProviderError): void => {
      leave();
      reject(error);
    };
    const onAbort = (): void => give(cancelled(signal));
    const timer = setTimeout(() => give(overloaded(`no slot became free within ${maxWaitMs} ms`)), maxWaitMs);
    const waiter: Waiter = {
      admit() {
        leave();
        resolve();
      },
    };
    signal?.addEventListener('abort', onAbort);
    line.add(waiter);
    return promise;
  }

  const slots: Slots = {
    take() {
      if (inUse >= concurrency) return false;
      inUse += 1;
      return true;
    },
    async wait(signal) {
      if (signal?.aborted) throw cancelled(signal);
      if (slots.take()) return;
      if (line.size >= queue) throw overloaded('too many calls wait for it');
      await stand(signal);
    },
    release() {
      // The slot of who leaves is the slot of who enters: nobody comes in between.
      const { value: next } = line.values().next();
      if (next) next.admit();
      else inUse -= 1;
    },
    isFull: () => inUse >= concurrency && line.size >= queue,
    figures: () => ({ inUse, queued: line.size }),
  };
  return slots;
}
