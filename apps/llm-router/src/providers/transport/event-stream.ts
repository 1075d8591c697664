import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import {
  carriesAnswer,
  contentBytesOf,
  hasAnswer,
  indexOf,
  readChunk,
  withoutChoices,
} from '../../protocol/answer-reader.ts';
import { type ChunkData, isObject, type StreamEvent, usageIn } from '../../protocol/completion.ts';
import { ProviderError } from '../provider-error.ts';
import { errorIn } from '../refusal.ts';
import { createChannel } from './channel.ts';
import {
  type AnswerReader,
  type Connection,
  type Exchange,
  startExchange,
  type TransportCall,
} from './exchange.ts';
import { parseJson, readWith } from './parse.ts';

/** Buffered bytes above which reading from the connection pauses. */
const maxWaitingBytes = 64 * 1024;
/** Maximum number of bytes before the first choice. */
const maxEarlyBytes = 1024 * 1024;

type Batch = readonly StreamEvent[];

/** A streamed answer whose first choice has started. */
export interface ProviderStream {
  /**
   * The events for a single reader, batched per network read. Throws ProviderError if the stream breaks off or contains an
   * error. A complete answer may end without `[DONE]`, and nothing after its last finish reason makes it fail.
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

    function onFailure(error: Error): void {
      if (!isOpen) reject(error);
      else if (reader.isComplete() && isProviderFailure(error)) channel.close();
      else channel.close(error);
    }

    function take({ batch, error, done }: ReadEvents): void {
      if (isOpen) handOn(batch);
      // Before the first forwarded event, failover is still possible.
      else if (!error) open(batch);
      if (error) {
        exchange.leave();
        onFailure(isOpen ? error : afterContent(error, batch));
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

/** Returns the failure of a stream that has not been opened, given the events that arrived together with the failure. */
function afterContent(error: Error, batch: Batch): Error {
  if (!(error instanceof ProviderError)) return error;
  let bytes = 0;
  for (const { data } of batch)
    for (const { delta } of data?.choices ?? []) bytes += delta ? contentBytesOf(delta) : 0;
  return bytes > 0 ? error.afterContent(bytes) : error;
}

function isProviderFailure(error: unknown): boolean {
  return error instanceof ProviderError && error.fault !== 'cancelled';
}

/** Maximum size of one event. */
const maxEventBytes = 1024 * 1024;

/** The events that a read completed. */
interface ReadEvents {
  readonly batch: readonly StreamEvent[];
  /** The fault of the event after them. */
  readonly error: Error | undefined;
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
  /** True if every started choice has finished. */
  isComplete(): boolean;
}

/** Creates a reader. The exchange determines what an error means for the call. */
function createEventReader(exchange: Failing): EventReader {
  const splitter = createSseSplitter();
  const choices = createFinishedChoices();

  function readAll(events: readonly Buffer[]): ReadEvents {
    const batch: StreamEvent[] = [];
    try {
      for (const bytes of events) {
        const event = read(bytes);
        if (!event) continue;
        batch.push(event);
        if (event.done) return { batch, error: undefined, done: true };
        if (!event.data) continue;
        choices.see(event.data);
        if (!choices.haveBegun()) exchange.sawUsage(usageIn(event.data));
      }
      const isTooLarge = splitter.restBytes() > maxEventBytes;
      if (isTooLarge && !choices.areAllFinished()) throw tooLarge();
      return { batch, error: undefined, done: isTooLarge };
    } catch (error) {
      return { batch, error: error as Error, done: false };
    }
  }

  /** Reads an event. After the end of the answer an invalid one is dropped, except for its usage. */
  function read(bytes: Buffer): StreamEvent | undefined {
    try {
      if (bytes.length > maxEventBytes) throw tooLarge();
      return readEvent(bytes, exchange);
    } catch (error) {
      if (!(choices.areAllFinished() && isProviderFailure(error))) throw error;
      return usageEvent(bytes);
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
    isComplete: choices.areAllFinished,
  };
}

type Failing = Pick<Exchange, 'failure' | 'refused' | 'sawUsage'>;

/** Parses an event. Throws ProviderError if it is invalid or contains an error. */
function readEvent(bytes: Buffer, exchange: Failing): StreamEvent {
  const text = dataOf(bytes);
  if (text === undefined) return bytes[0] === colon ? { ...keepAlive, bytes } : keepAlive;
  if (text === '[DONE]' || text.trim() === '[DONE]') return { bytes, data: undefined, done: true };
  // Some servers send a comment or nothing as data to keep the connection alive.
  if (text.startsWith(':') || text.trim() === '' || isNamedKeepAlive(bytes)) return keepAlive;
  const value = parseJson(text, exchange, 'an event is not JSON');
  if (isKeepAlive(value)) return keepAlive;
  const data = readWith(readChunk, value, exchange);
  return { bytes: data === value ? bytes : eventBytes(data), data, done: false };
}

const colon = 0x3a;
/** The first byte of an event that starts with its data. */
const letterD = 0x64;

/** Clients parse the data of every event, so a keep-alive reaches them as a comment. */
const keepAlive: StreamEvent = { bytes: Buffer.from(': keep-alive\n\n'), data: undefined, done: false };

const keepAliveName = /^(?:ping|keep-?alive|heartbeat)$/i;

const keepAliveLine = /^event: ?(?:ping|keep-?alive|heartbeat)\s*$/im;

/** Events with a name are rare. */
function isNamedKeepAlive(bytes: Buffer): boolean {
  return bytes[0] !== letterD && keepAliveLine.test(bytes.toString('latin1'));
}

function isKeepAlive(value: unknown): boolean {
  if (value === null) return true;
  if (!isObject(value) || 'choices' in value) return false;
  const { type } = value;
  return Object.keys(value).length === 0 || (typeof type === 'string' && keepAliveName.test(type));
}

const eventBytes = (data: ChunkData) => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);

/** Returns the usage of an invalid event, as an event of its own. */
function usageEvent(bytes: Buffer): StreamEvent | undefined {
  const data = withoutChoices(parsed(dataOf(bytes) ?? ''));
  if (!data || usageIn(data) === undefined) return undefined;
  const { error: _error, ...rest } = data;
  const usage: ChunkData = { ...rest, choices: [] };
  return { bytes: eventBytes(usage), data: usage, done: false };
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
      for (const choice of choices) {
        const index = indexOf(choice);
        begun.add(index);
        if (choice.finish_reason) finished.add(index);
        // Content after a finish reason: the choice has not finished.
        else if (finished.has(index) && choice.delta && hasAnswer(choice.delta)) finished.delete(index);
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
      const value = parsed(Buffer.concat(parts).toString('utf8'));
      const error = errorIn(value);
      const hasContent = carriesAnswer(value);
      exchange.sawUsage(usageIn(value));
      if (error) onFailure(exchange.refused(error, hasContent));
      else onFailure(exchange.failure('bad_response', message, hasContent ? {} : { receivedBytes: 0 }));
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
