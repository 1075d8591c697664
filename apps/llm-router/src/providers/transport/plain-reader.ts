import { errorIn, faultOf } from '../reported-error.ts';
import type { AnswerReader, Exchange } from './exchange.ts';

/** Maximum number of bytes read from an answer that should be a stream. */
const maxPlainBytes = 64 * 1024;

/** Reads an answer that is not an event stream although one was requested: it can only contain an error. */
export function createPlainReader(exchange: Exchange, onFailure: AnswerReader['onFailure']): AnswerReader {
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
