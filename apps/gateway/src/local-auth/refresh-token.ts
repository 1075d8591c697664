import { createHash, randomBytes } from 'node:crypto';
import { deriveKey, open, seal } from '../sealed-box.ts';

/** Creates a refresh token of 256 random bits, and its hash. */
export function createRefreshToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashRefreshToken(token) };
}

/** Hashes a refresh token with SHA-256. A random token needs no slow hash. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Encrypts a refresh token under a key derived from its parent, so that only a holder of the parent can read it. */
export function sealSuccessor(parent: string, token: string): Buffer {
  return seal(successorKey(parent), token);
}

/** Decrypts a result of `sealSuccessor`. Throws if it was sealed under another parent. */
export function openSuccessor(parent: string, sealed: Buffer): string {
  return open(successorKey(parent), sealed);
}

function successorKey(parent: string): Buffer {
  return deriveKey(parent, 'valuecanvas refresh token: successor');
}
