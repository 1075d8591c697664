import { createHash, randomBytes } from 'node:crypto';

/** A new refresh token, 256 random bits, and its hash, which is all that is stored. */
export function createRefreshToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashRefreshToken(token) };
}

/** SHA-256: a random token needs no slow hash. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
