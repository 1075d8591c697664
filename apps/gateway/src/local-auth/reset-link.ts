import { createHash, randomBytes } from 'node:crypto';
import type { NewPasswordReset } from './password-resets.store.ts';

const lifetimeMs = 60 * 60 * 1_000;

/**
 * Creates a link to the page that sets a new password, with a token of 256 random bits. The token is in the fragment,
 * which browsers send to no server, so it is in no log and no referrer.
 */
export function createResetLink(
  publicUrl: string,
  at: Date,
): { readonly url: string; readonly reset: NewPasswordReset } {
  const token = randomBytes(32).toString('base64url');
  return {
    url: `${new URL('/reset', publicUrl).href}#${token}`,
    reset: { tokenHash: hashResetToken(token), at, expiresAt: new Date(at.getTime() + lifetimeMs) },
  };
}

/** Hashes the token of a link with SHA-256. A random token needs no slow hash. */
export function hashResetToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
