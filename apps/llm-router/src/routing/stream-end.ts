import type { StreamEvent } from '../protocol/completion.ts';
import type { ProviderStream } from '../providers/transport/transport.ts';

type Batch = readonly StreamEvent[];

/**
 * Wraps a stream and calls `onEnd` exactly once: when the reader reaches the end, gets an error or leaves, or when the signal
 * is aborted, which makes the transport end the stream.
 */
export function onStreamEnd(
  stream: ProviderStream,
  signal: AbortSignal | undefined,
  onEnd: (error?: unknown) => void,
): ProviderStream {
  const inner = stream.events[Symbol.asyncIterator]();
  let isOver = false;

  function end(error?: unknown): void {
    if (isOver) return;
    isOver = true;
    signal?.removeEventListener('abort', onAbort);
    onEnd(error);
  }
  const onAbort = (): void => end();

  const pass = (result: IteratorResult<Batch>): IteratorResult<Batch> => {
    if (result.done) end();
    return result;
  };
  const fail = (error: unknown): never => {
    end(error);
    throw error;
  };

  const events: AsyncIterableIterator<Batch> = {
    // Costs one more promise per network read, regardless of its number of events.
    next: () => inner.next().then(pass, fail),
    async return() {
      end();
      await inner.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return events;
    },
  };
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) end();
  return {
    events,
    cancel() {
      end();
      stream.cancel();
    },
  };
}
