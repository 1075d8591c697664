/** A bounded single-producer, single-consumer queue. */
export interface Channel<T> {
  push(item: T): void;
  /** Ends after the reader has taken the queued items; an error is then thrown to the reader. */
  close(error?: Error): void;
  readonly items: AsyncIterableIterator<T>;
}

export interface ChannelOptions<T> {
  readonly sizeOf: (item: T) => number;
  /** Total size of queued items above which the producer must wait. */
  readonly limit: number;
  /** Called when the queue exceeds its limit. */
  readonly onFull: () => void;
  /** Called when the queue is below its limit again. */
  readonly onEmpty: () => void;
  /** Called when the reader stops before the end. */
  readonly onLeft: () => void;
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: Error) => void;
}

const end = { done: true, value: undefined } as const;

export function createChannel<T>({ sizeOf, limit, onFull, onEmpty, onLeft }: ChannelOptions<T>): Channel<T> {
  const queue: T[] = [];
  let size = 0;
  let isFull = false;
  let isClosed = false;
  let failure: Error | undefined;
  let waiting: Waiting<T> | undefined;

  function takeReader(): Waiting<T> | undefined {
    const reader = waiting;
    waiting = undefined;
    return reader;
  }

  function taken(item: T): IteratorResult<T> {
    size -= sizeOf(item);
    if (isFull && queue.length === 0) {
      isFull = false;
      onEmpty();
    }
    return { done: false, value: item };
  }

  async function next(): Promise<IteratorResult<T>> {
    const item = queue.shift();
    if (item !== undefined) return taken(item);
    if (!isClosed) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    }
    const error = failure;
    failure = undefined;
    if (error) throw error;
    return end;
  }

  return {
    push(item) {
      const reader = takeReader();
      if (reader) return reader.resolve({ done: false, value: item });
      queue.push(item);
      size += sizeOf(item);
      if (isFull || size <= limit) return;
      isFull = true;
      onFull();
    },
    close(error) {
      if (isClosed) return;
      isClosed = true;
      const reader = takeReader();
      if (!reader) failure = error;
      else if (error) reader.reject(error);
      else reader.resolve(end);
    },
    items: {
      next,
      async return() {
        queue.length = 0;
        if (!isClosed) onLeft();
        isClosed = true;
        failure = undefined;
        return end;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
