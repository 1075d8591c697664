import { createHash } from 'node:crypto';
import type { KeyedRequest } from '@valuecanvas/contracts-core';
import type { AnswerSealing } from '@valuecanvas/idempotency';
import { deriveKey, open, seal } from '../sealed-box.ts';

/**
 * Encrypts stored answers, because the answer to the creation of an API key contains its secret. Decryption requires
 * `secret`, which is not in the database, and the client's idempotency key, of which the database holds only a hash. A new
 * `secret` makes the answers of the last 24 hours unreadable.
 */
export function sealAnswers(secret: string): AnswerSealing {
  const keyOf = ({ principal, operation, key }: KeyedRequest) =>
    deriveKey(
      secret,
      `valuecanvas idempotent answer: ${operation} of ${principal.userId}`,
      createHash('sha256').update(key).digest(),
    );
  return {
    seal: (request, answer) => seal(keyOf(request), answer),
    open(request, sealed) {
      try {
        return open(keyOf(request), sealed);
      } catch {
        return undefined;
      }
    },
  };
}
