import { type CompletionAnswer, isCompletionAnswer } from '../chat-completion.ts';
import { errorIn, faultOf } from '../reported-error.ts';
import type { Connection, Exchange, TransportCall } from './exchange.ts';
import { startExchange } from './start-exchange.ts';

/** Maximum size of an answer. */
const maxAnswerBytes = 16 * 1024 * 1024;

export interface WholeAnswer {
  /** The received bytes. */
  readonly bytes: Buffer;
  readonly answer: CompletionAnswer;
}

/** Requests a whole answer. Throws ProviderError. */
export function fetchWholeAnswer(connection: Connection, call: TransportCall): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let hasBegun = false;
    const exchange = startExchange(connection, call, {
      onBytes(bytes) {
        // Some providers send blank lines as keep-alive before the answer.
        hasBegun ||= bytes.toString('latin1').trim() !== '';
        if (hasBegun) exchange.progressed();
        parts.push(bytes);
        if (exchange.receivedBytes() > maxAnswerBytes)
          exchange.fail('bad_response', 'the answer is too large');
      },
      onEnd() {
        const [only] = parts;
        const bytes = parts.length === 1 && only ? only : Buffer.concat(parts);
        try {
          resolve({ bytes, answer: readAnswer(bytes, exchange) });
        } catch (error) {
          reject(error);
        }
      },
      onFailure: reject,
    });
  });
}

function readAnswer(bytes: Buffer, exchange: Exchange): CompletionAnswer {
  const answer = parse(bytes, exchange);
  if (isCompletionAnswer(answer)) return answer;
  const error = errorIn(answer);
  if (!error) throw exchange.failure('bad_response', 'the answer has no choices');
  throw exchange.failure(faultOf(error), error.message ?? 'an error without a message');
}

function parse(bytes: Buffer, exchange: Exchange): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's message would contain a part of the answer.
    throw exchange.failure('bad_response', 'the answer is not JSON');
  }
}
