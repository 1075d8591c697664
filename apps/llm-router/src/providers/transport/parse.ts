import { carriesAnswer, UnreadableError } from '../../protocol/answer-reader.ts';
import { usageIn } from '../../protocol/completion.ts';
import { errorIn } from '../refusal.ts';
import type { Exchange } from './exchange.ts';

type Failing = Pick<Exchange, 'failure' | 'refused' | 'sawUsage'>;

/**
 * Parses JSON. Throws ProviderError with the given message: the parser's own would contain a part of the answer. Text that does
 * not start as JSON, such as a web page, is no part of an answer.
 */
export function parseJson(text: string, exchange: Failing, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const isBrokenJson = /^\s*[[{]/.test(text);
    throw exchange.failure('bad_response', message, isBrokenJson ? {} : { receivedBytes: 0 });
  }
}

/** Reads a parsed body or event. Throws ProviderError if it reports an error or is unreadable. */
export function readWith<T>(read: (value: unknown) => T, value: unknown, exchange: Failing): T {
  const error = errorIn(value);
  if (error) {
    exchange.sawUsage(usageIn(value));
    throw exchange.refused(error, carriesAnswer(value));
  }
  try {
    return read(value);
  } catch (cause) {
    if (!(cause instanceof UnreadableError)) throw cause;
    exchange.sawUsage(usageIn(value));
    throw exchange.failure('bad_response', cause.message);
  }
}
