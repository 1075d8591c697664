import type { ProviderError } from '../provider-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import { createChannel } from './channel.ts';
import { createEventReader, type ReadEvents } from './event-reader.ts';
import type { Connection, TransportCall } from './exchange.ts';
import { createPlainReader } from './plain-reader.ts';
import { startExchange } from './start-exchange.ts';

/** Bytes that wait for the reader of a stream before the connection waits too. */
const maxWaitingBytes = 64 * 1024;
/** Bytes before the first choice beyond which a stream is refused. */
const maxEarlyBytes = 1024 * 1024;

type Batch = readonly StreamEvent[];

/** A streamed answer whose first choice has begun. */
export interface ProviderStream {
  /**
   * The events, for one reader: each batch is what one read of the network completed. Throws ProviderError where the
   * stream breaks off or tells of an error. A whole answer may end without `[DONE]`.
   */
  readonly events: AsyncIterable<Batch>;
  /** Ends the events and closes the connection, so that the provider stops. */
  cancel(): void;
}

/** Asks for a stream, and waits until its first choice begins. Throws ProviderError. */
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
      // As long as nothing was handed on, another provider can begin anew.
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
      // Comments that keep a connection alive until the answer begins are nothing to keep.
      early.push(...(reader.hasBegun() ? batch : batch.filter(({ data }) => data !== undefined)));
      if (!reader.hasBegun()) {
        if (sizeOf(early) > maxEarlyBytes) exchange.fail('bad_response', 'the stream does not begin');
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
