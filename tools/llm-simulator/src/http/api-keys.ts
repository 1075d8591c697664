import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** Who may call. */
export interface KeyRing {
  /** The caller's key, null without one; throws an ApiError 401 where keys are demanded and it is not one of them. */
  admit(request: IncomingMessage): string | null;
  /** The key as logs show it: the simulator's own as they are, others (they may be real) by their last four characters. */
  label(key: string | null): string;
}

/** A ring of the given keys; with none, everybody may call. */
export function createKeyRing(keys: readonly string[]): KeyRing {
  const known = new Set(keys);
  return {
    admit({ headers }) {
      const key = bearerOf(headers.authorization);
      if (known.size === 0 || (key !== null && known.has(key))) return key;
      throw new ApiError(
        401,
        key === null ? 'You did not provide an API key.' : 'Incorrect API key provided.',
        {
          code: 'invalid_api_key',
        },
      );
    },
    label: (key) => (key === null ? 'anonymous' : known.has(key) ? key : `…${key.slice(-4)}`),
  };
}

function bearerOf(authorization: string | undefined): string | null {
  return authorization?.startsWith('Bearer ') && authorization.length > 7 ? authorization.slice(7) : null;
}
