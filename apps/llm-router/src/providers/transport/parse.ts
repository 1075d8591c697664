import { UnreadableError } from '../../protocol/answer-reader.ts';
import { errorIn, faultOf } from '../refusal.ts';
import type { Exchange } from './exchange.ts';

type Failing = Pick<Exchange, 'failure'>;

/** Parses JSON. Throws ProviderError with the given message: the parser's own would contain a part of the answer. */
export function parseJson(text: string, exchange: Failing, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw exchange.failure('bad_response', message);
  }
}

/** Reads a parsed body or event. Throws ProviderError if it reports an error or is unreadable. */
export function readWith<T>(read: (value: unknown) => T, value: unknown, exchange: Failing): T {
  const error = errorIn(value);
  if (error) throw exchange.failure(faultOf(error), error.message || 'an error without a message');
  try {
    return read(value);
  } catch (cause) {
    if (cause instanceof UnreadableError) throw exchange.failure('bad_response', cause.message);
    throw cause;
  }
}
