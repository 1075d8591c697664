import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** The accepted API keys. */
export interface KeyRing {
  /** The key of the caller, or null. Throws an ApiError 401 if keys are required and this one is not accepted. */
  admit(request: IncomingMessage): string | null;
  /** The key for logs: accepted keys in full, other keys (possibly real ones) as their last four characters. */
  label(key: string | null): string;
}

/** A ring of the given keys. An empty ring accepts every request. */
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
