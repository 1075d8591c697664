import type { ProviderError } from '../provider-error.ts';
import { type Refused, refusal } from '../refusal.ts';
import type { AnswerReader, Connection, Exchange } from './exchange.ts';

/** Maximum number of bytes read from a refusal, whose beginning is sufficient. */
const maxRefusalBytes = 64 * 1024;

/** Reads the available body of an answer other than 200, and reports its error. */
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
    /** The status is sufficient, even if the body fails. */
    onFailure(error: ProviderError) {
      if (error.fault === 'cancelled') reader.onFailure(error);
      else refuse();
    },
  };
}
