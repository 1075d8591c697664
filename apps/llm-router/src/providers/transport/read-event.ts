import { dataOf } from '@valuecanvas/http-client';
import { isObject } from '../chat-completion.ts';
import { errorIn, faultOf } from '../reported-error.ts';
import type { ChunkData, StreamEvent } from '../stream-event.ts';
import type { Exchange } from './exchange.ts';

type Failing = Pick<Exchange, 'failure'>;

/** Parses an event. Throws ProviderError if it is invalid or contains an error. */
export function readEvent(bytes: Buffer, exchange: Failing): StreamEvent {
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
