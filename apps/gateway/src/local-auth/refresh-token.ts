import { createHash, randomBytes } from 'node:crypto';

/** Creates a refresh token of 256 random bits, and its hash. Only the hash is stored. */
export function createRefreshToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashRefreshToken(token) };
}

/** Hashes a refresh token with SHA-256. A random token needs no slow hash. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
