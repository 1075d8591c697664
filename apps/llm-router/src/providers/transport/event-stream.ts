import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import { type ChunkData, isObject, type StreamEvent } from '../../protocol/completion.ts';
import type { ProviderError } from '../provider-error.ts';
import { errorIn, faultOf } from '../refusal.ts';
import { createChannel } from './channel.ts';
import {
  type AnswerReader,
  type Connection,
  type Exchange,
  startExchange,
  type TransportCall,
} from './exchange.ts';

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

/** Maximum size of one event. */
const maxEventBytes = 1024 * 1024;

/** The events that a read completed. */
interface ReadEvents {
  readonly batch: readonly StreamEvent[];
  /** The fault of the event after them. */
  readonly error: ProviderError | undefined;
  /** True if the last one was `[DONE]`. */
  readonly done: boolean;
}

/** Parses the bytes of a streamed answer into events, and tracks whether the answer is complete. */
interface EventReader {
  read(bytes: Buffer): ReadEvents;
  /** Handles an orderly end of the connection, which completes or breaks off the answer. */
  end(): ReadEvents;
  /** True if any choice has started. */
  hasBegun(): boolean;
}

/** Creates a reader. The exchange determines what an error means for the call. */
function createEventReader(exchange: Pick<Exchange, 'failure'>): EventReader {
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

type Failing = Pick<Exchange, 'failure'>;

/** Parses an event. Throws ProviderError if it is invalid or contains an error. */
function readEvent(bytes: Buffer, exchange: Failing): StreamEvent {
  const text = dataOf(bytes);
  // Some servers send empty data to keep the connection alive.
  if (text === undefined || text === '') return { bytes, data: undefined, done: false };
  if (text === '[DONE]') return { bytes, data: undefined, done: true };
  return { bytes, data: readChunk(text, exchange), done: false };
}

function readChunk(text: string, exchange: Failing): ChunkData {
  const data = parse(text, exchange);
  const error = errorIn(data);
  if (error) throw exchange.failure(faultOf(error), error.message ?? 'an error without a message');
  if (!isObject(data) || !hasProperChoices(data)) {
    throw exchange.failure('bad_response', 'an event is not part of an answer');
  }
  return data;
}

/** Accepts events without choices: some contain usage or content filter results. */
function hasProperChoices({ choices }: Readonly<Record<string, unknown>>): boolean {
  return choices === undefined || choices === null || (Array.isArray(choices) && choices.every(isObject));
}

function parse(text: string, exchange: Failing): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would contain a part of the answer.
    throw exchange.failure('bad_response', 'an event is not JSON');
  }
}

/** Tracks whether a streamed answer is complete. */
interface FinishedChoices {
  see(data: ChunkData): void;
  haveBegun(): boolean;
  /** True if every started choice has finished. */
  areAllFinished(): boolean;
}

function createFinishedChoices(): FinishedChoices {
  const begun = new Set<number>();
  const finished = new Set<number>();
  return {
    see({ choices }) {
      for (const { index = 0, finish_reason: reason } of choices ?? []) {
        begun.add(index);
        if (reason) finished.add(index);
      }
    },
    haveBegun: () => begun.size > 0,
    areAllFinished: () => begun.size > 0 && finished.size === begun.size,
  };
}

/** Maximum number of bytes read from an answer that should be a stream. */
const maxPlainBytes = 64 * 1024;

/** Reads an answer that is not an event stream although one was requested: it can only contain an error. */
function createPlainReader(exchange: Exchange, onFailure: AnswerReader['onFailure']): AnswerReader {
  const parts: Buffer[] = [];
  const message = 'the answer is not an event stream';
  return {
    onBytes(bytes) {
      exchange.progressed();
      parts.push(bytes);
      if (exchange.receivedBytes() > maxPlainBytes) exchange.fail('bad_response', message);
    },
    onEnd() {
      const error = errorIn(parsed(Buffer.concat(parts).toString('utf8')));
      const said = error?.message ?? message;
      onFailure(exchange.failure(error ? faultOf(error) : 'bad_response', said));
    },
    onFailure,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
