import { errorIn, faultOf } from '../reported-error.ts';
import type { AnswerReader, Exchange } from './exchange.ts';

/** Bytes that are read of what should have been a stream. */
const maxPlainBytes = 64 * 1024;

/** Reads an answer that is no stream of events although one was asked for: it can only tell of an error. */
export function createPlainReader(exchange: Exchange, onFailure: AnswerReader['onFailure']): AnswerReader {
  const parts: Buffer[] = [];
  const message = 'the answer is no stream of events';
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
