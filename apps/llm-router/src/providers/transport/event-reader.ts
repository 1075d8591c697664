import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import type { ProviderError } from '../provider-error.ts';
import type { StreamEvent } from '../stream-event.ts';
import type { Exchange } from './exchange.ts';
import { createFinishedChoices } from './finished-choices.ts';
import { readEvent } from './read-event.ts';

/** Bytes of one event beyond which a stream is refused. */
const maxEventBytes = 1024 * 1024;

/** The events that some bytes completed. */
export interface ReadEvents {
  readonly batch: readonly StreamEvent[];
  /** What is wrong with the one that follows them. */
  readonly error: ProviderError | undefined;
  /** Whether the last one was `[DONE]`. */
  readonly done: boolean;
}

/** Turns the bytes of a streamed answer into its events, and knows whether the answer is whole. */
export interface EventReader {
  read(bytes: Buffer): ReadEvents;
  /** What an orderly end of the connection completes or breaks off. */
  end(): ReadEvents;
  /** Whether any choice has begun. */
  hasBegun(): boolean;
}

/** The exchange says what an error means for the call. */
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
      // Some servers close right after the last event, without the blank line that ends it.
      const last = splitter.rest();
      if (dataOf(last)?.trim() === '[DONE]') return readAll([Buffer.concat([last, Buffer.from('\n\n')])]);
      if (choices.areAllFinished()) return { batch: [], error: undefined, done: true };
      const error = exchange.failure('unavailable', 'the stream ended before the answer did');
      return { batch: [], error, done: false };
    },
    hasBegun: choices.haveBegun,
  };
}
