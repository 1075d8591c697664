import type { ProviderError } from '../provider-error.ts';
import { type Refused, refusal } from '../refusal.ts';
import type { AnswerReader, Connection, Exchange } from './exchange.ts';

/** Bytes of a refusal that are read: it says what matters at its beginning. */
const maxRefusalBytes = 64 * 1024;

/** Reads the body of an answer other than 200, as far as it comes, and tells the reader what it means. */
export function createRefusalReader(
  { provider, now }: Connection,
  refused: Refused,
  { exchange, reader }: { readonly exchange: Exchange; readonly reader: AnswerReader },
): AnswerReader {
  const parts: Buffer[] = [];

  function refuse(): void {
    reader.onFailure(refusal(provider, refused, Buffer.concat(parts).toString('utf8'), now()));
  }

  return {
    onBytes(bytes) {
      parts.push(bytes);
      if (exchange.receivedBytes() <= maxRefusalBytes) return;
      exchange.leave();
      refuse();
    },
    onEnd: refuse,
    /** The status has said enough, whatever became of the rest. */
    onFailure(error: ProviderError) {
      if (error.fault === 'cancelled') reader.onFailure(error);
      else refuse();
    },
  };
}
