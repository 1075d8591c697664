import type { ProviderError } from '../provider-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import { createChannel } from './channel.ts';
import { createEventReader, type ReadEvents } from './event-reader.ts';
import type { Connection, TransportCall } from './exchange.ts';
import { createPlainReader } from './plain-reader.ts';
import { startExchange } from './start-exchange.ts';

/** Buffered bytes above which reading from the connection pauses. */
const maxWaitingBytes = 64 * 1024;
/** Maximum number of bytes before the first choice. */
const maxEarlyBytes = 1024 * 1024;

type Batch = readonly StreamEvent[];

/** A streamed answer whose first choice has started. */
export interface ProviderStream {
  /**
   * The events for a single reader, batched per network read. Throws ProviderError if the stream breaks off or contains an
   * error. A complete answer may end without `[DONE]`.
   */
  readonly events: AsyncIterable<Batch>;
  /** Ends the events and closes the connection, which stops the provider. */
  cancel(): void;
}

/** Requests a stream and resolves when its first choice starts. Throws ProviderError. */
export function openEventStream(connection: Connection, call: TransportCall): Promise<ProviderStream> {
  return new Promise((resolve, reject) => {
    let isOpen = false;
    let early: StreamEvent[] = [];
    const channel = createChannel<Batch>({
      sizeOf,
      limit: maxWaitingBytes,
      onFull: () => exchange.pause(),
      onEmpty: () => exchange.resume(),
      onLeft: () => exchange.leave(),
    });

    function onFailure(error: ProviderError): void {
      if (isOpen) channel.close(error);
      else reject(error);
    }

    function take({ batch, error, done }: ReadEvents): void {
      if (isOpen) handOn(batch);
      // Before the first forwarded event, failover is still possible.
      else if (!error) open(batch);
      if (error) {
        exchange.leave();
        onFailure(error);
      } else if (done) {
        if (!isOpen) reject(exchange.failure('bad_response', 'the stream has no choices'));
        exchange.release();
        channel.close();
      }
    }

    function handOn(batch: Batch): void {
      if (batch.length > 0) channel.push(batch);
    }

    function open(batch: Batch): void {
      // Keep-alive comments before the answer are discarded.
      early.push(...(reader.hasBegun() ? batch : batch.filter(({ data }) => data !== undefined)));
      if (!reader.hasBegun()) {
        if (sizeOf(early) > maxEarlyBytes) exchange.fail('bad_response', 'the stream does not start');
        return;
      }
      isOpen = true;
      exchange.progressed();
      handOn(early);
      early = [];
      resolve({ events: channel.items, cancel });
    }

    function cancel(): void {
      exchange.leave();
      channel.close();
    }

    const exchange = startExchange(connection, call, {
      onHead(headers) {
        const isEventStream = /^text\/event-stream\b/i.test(String(headers['content-type']));
        return isEventStream ? undefined : createPlainReader(exchange, onFailure);
      },
      onBytes(bytes) {
        if (isOpen) exchange.progressed();
        take(reader.read(bytes));
      },
      onEnd() {
        if (isOpen) take(reader.end());
        else reject(exchange.failure('bad_response', 'the stream has no choices'));
      },
      onFailure,
    });
    const reader = createEventReader(exchange);
  });
}

function sizeOf(batch: Batch): number {
  return batch.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
