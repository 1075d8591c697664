import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import type { ProviderError } from '../provider-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import type { Exchange } from './exchange.ts';
import { createFinishedChoices } from './finished-choices.ts';
import { readEvent } from './read-event.ts';

/** Maximum size of one event. */
const maxEventBytes = 1024 * 1024;

/** The events that a read completed. */
export interface ReadEvents {
  readonly batch: readonly StreamEvent[];
  /** The fault of the event after them. */
  readonly error: ProviderError | undefined;
  /** True if the last one was `[DONE]`. */
  readonly done: boolean;
}

/** Parses the bytes of a streamed answer into events, and tracks whether the answer is complete. */
export interface EventReader {
  read(bytes: Buffer): ReadEvents;
  /** Handles an orderly end of the connection, which completes or breaks off the answer. */
  end(): ReadEvents;
  /** True if any choice has started. */
  hasBegun(): boolean;
}

/** Creates a reader. The exchange determines what an error means for the call. */
export function createEventReader(exchange: Pick<Exchange, 'failure'>): EventReader {
  const splitter = createSseSplitter();
  const choices = createFinishedChoices();

  function readAll(events: readonly Buffer[]): ReadEvents {
    const batch: StreamEvent[] = [];
    try {
      for (const bytes of events) {
        if (bytes.length > maxEventBytes) throw tooLarge();
        const event = readEvent(bytes, exchange);
        batch.push(event);
        if (event.done) return { batch, error: undefined, done: true };
        if (event.data) choices.see(event.data);
      }
      if (splitter.restBytes() > maxEventBytes) throw tooLarge();
      return { batch, error: undefined, done: false };
    } catch (error) {
      return { batch, error: error as ProviderError, done: false };
    }
  }

  const tooLarge = () => exchange.failure('bad_response', 'an event is too large');

  return {
    read: (bytes) => readAll(splitter.push(bytes)),
    end() {
      // Some servers close after the last event without its final blank line.
      const last = splitter.rest();
      if (dataOf(last)?.trim() === '[DONE]') return readAll([Buffer.concat([last, Buffer.from('\n\n')])]);
      if (choices.areAllFinished()) return { batch: [], error: undefined, done: true };
      const error = exchange.failure('unavailable', 'the stream ended before the answer did');
      return { batch: [], error, done: false };
    },
    hasBegun: choices.haveBegun,
  };
}
