import { createSseSplitter, dataOf } from '@valuecanvas/http-client';
import {
  contentBytesOf,
  hasAnswer,
  hasContent,
  indexOf,
  readChunk,
  toChunk,
  withoutChoices,
} from '../../protocol/answer-reader.ts';
import { type ChunkData, isObject, type StreamEvent, usageIn } from '../../protocol/completion.ts';
import { ProviderError } from '../provider-error.ts';
import { createChannel } from './channel.ts';
import { type Connection, type Exchange, startExchange, type TransportCall } from './exchange.ts';
import { parseJson, readWith } from './parse.ts';

/** Buffered bytes above which reading from the connection pauses. */
const maxWaitingBytes = 64 * 1024;

type Batch = readonly StreamEvent[];

/** A streamed answer whose content has started. */
export interface ProviderStream {
  /**
   * The events for a single reader, batched per network read. Throws ProviderError if the stream breaks off or contains an
   * error. A complete answer may end without `[DONE]`, and nothing after its last finish reason makes it fail.
   */
  readonly events: AsyncIterable<Batch>;
  /** Ends the events and closes the connection, which stops the provider. */
  cancel(): void;
}

/** Requests a stream and resolves when its content starts, or when a choice ends without any. Throws ProviderError. */
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
      // Before the first content, failover is still possible.
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
      early.push(...(reader.hasContent() ? batch : batch.filter(({ data }) => data !== undefined)));
      if (!reader.hasContent()) {
        if (sizeOf(early) > connection.maxAnswerBytes)
          exchange.fail('bad_response', 'the stream does not start');
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
      onBytes(bytes) {
        const events = reader.read(bytes);
        if (isOpen || reader.isDocument()) exchange.progressed();
        else exchange.alive();
        take(events);
      },
      onEnd: () => take(reader.end()),
      onFailure,
    });
    const reader = createEventReader(exchange, connection.maxAnswerBytes);
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
  /** True if any choice has content, or has finished without any. */
  hasContent(): boolean;
  /** True if the body is JSON, all of which is a part of the answer. */
  isDocument(): boolean;
  /** True if every started choice has finished. */
  isComplete(): boolean;
}

/** Creates a reader. The exchange determines what an error means for the call. */
function createEventReader(exchange: Failing, maxEventBytes: number): EventReader {
  const splitter = createBodySplitter();
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
        if (!choices.haveContent()) exchange.sawUsage(usageIn(event.data));
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
  const noStream = () => exchange.failure('bad_response', 'the answer is a web page', { receivedBytes: 0 });

  return {
    read(bytes) {
      const events = splitter.push(bytes);
      if (splitter.form() === 'page') return { batch: [], error: noStream(), done: false };
      return readAll(events);
    },
    end() {
      const last = readAll(splitter.end());
      if (last.done || last.error) return last;
      if (choices.areAllFinished()) return { ...last, done: true };
      const error = choices.haveBegun()
        ? exchange.failure('unavailable', 'the stream ended before the answer did')
        : exchange.failure('bad_response', 'the stream has no choices');
      return { ...last, error };
    },
    hasContent: choices.haveContent,
    isDocument: () => splitter.form() === 'json',
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
  const data = readWith(readEventOrAnswer, value, exchange);
  return { bytes: data === value ? bytes : eventBytes(data), data, done: false };
}

/** Some servers send a whole answer although a stream was requested. */
const readEventOrAnswer = (value: unknown) => readChunk(toChunk(value));

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
  /** True if any choice has content, or has finished without any. */
  haveContent(): boolean;
  /** True if every started choice has finished. */
  areAllFinished(): boolean;
}

function createFinishedChoices(): FinishedChoices {
  const begun = new Set<number>();
  const finished = new Set<number>();
  let isContentSeen = false;
  return {
    see({ choices }) {
      for (const choice of choices) {
        const index = indexOf(choice);
        begun.add(index);
        isContentSeen ||= Boolean(choice.finish_reason) || (choice.delta ? hasContent(choice.delta) : false);
        if (choice.finish_reason) finished.add(index);
        // Content after a finish reason: the choice has not finished.
        else if (finished.has(index) && choice.delta && hasAnswer(choice.delta)) finished.delete(index);
      }
    },
    haveBegun: () => begun.size > 0,
    haveContent: () => isContentSeen,
    areAllFinished: () => begun.size > 0 && finished.size === begun.size,
  };
}

/**
 * The form of a body, by its first byte, because content types are unreliable: server-sent events; JSON, which is one document or
 * one document per line; or a web page.
 */
type BodyForm = 'events' | 'json' | 'page';

/** Splits a body of any form into server-sent events. */
interface BodySplitter {
  push(bytes: Buffer): readonly Buffer[];
  /** Returns the last event, if the body ends without its final blank line. */
  end(): readonly Buffer[];
  restBytes(): number;
  /** Undefined before the first byte other than white space. */
  form(): BodyForm | undefined;
}

const openingBrace = 0x7b;
const lessThan = 0x3c;
const lastWhiteSpace = 0x20;

function createBodySplitter(): BodySplitter {
  let form: BodyForm | undefined;
  const events = createSseSplitter();
  const documents = createDocumentSplitter();

  function formOf(bytes: Buffer): BodyForm | undefined {
    const first = bytes.find((byte) => byte > lastWhiteSpace);
    if (first === undefined) return undefined;
    if (first === openingBrace) return 'json';
    return first === lessThan ? 'page' : 'events';
  }

  const current = () => (form === 'json' ? documents : events);

  return {
    push(bytes) {
      form ??= formOf(bytes);
      return current().push(bytes);
    },
    end() {
      const rest = current().rest();
      const event = form === 'json' ? eventOf(rest) : Buffer.concat([rest, Buffer.from('\n\n')]);
      const data = dataOf(event)?.trim();
      // The rest of an event that broke off is not an event.
      return data === '[DONE]' || (data !== undefined && parsed(data) !== undefined) ? [event] : [];
    },
    restBytes: () => current().restBytes(),
    form: () => form,
  };
}

const lineFeed = 0x0a;

/** Splits JSON into documents: one per line if the first line is a document, else the whole body. */
function createDocumentSplitter() {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isOnePerLine: boolean | undefined;

  function hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    held.push(bytes);
    heldBytes += bytes.length;
  }

  function take(): Buffer {
    const all = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return all;
  }

  return {
    push(bytes: Buffer): readonly Buffer[] {
      const found: Buffer[] = [];
      let start = 0;
      for (let end = endOfLine(bytes, 0); end > 0 && isOnePerLine !== false; end = endOfLine(bytes, start)) {
        hold(bytes.subarray(start, end));
        start = end;
        const line = Buffer.concat(held);
        const text = line.toString('utf8').trim();
        if (text !== '') isOnePerLine ??= parsed(text) !== undefined;
        if (isOnePerLine === false) break;
        take();
        if (text !== '') found.push(eventOf(line));
      }
      hold(bytes.subarray(start));
      return found;
    },
    rest: take,
    restBytes: () => heldBytes,
  };
}

/** Returns the index after the next LF; 0 if there is none. */
const endOfLine = (bytes: Buffer, start: number) => bytes.indexOf(lineFeed, start) + 1;

/** Converts a JSON document to an event. */
const eventOf = (document: Buffer) =>
  Buffer.from(`data: ${document.toString('utf8').trim().replaceAll(/\r?\n/g, '\ndata: ')}\n\n`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
