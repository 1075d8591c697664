import { createHash, randomBytes } from 'node:crypto';
import { deriveKey, open, seal } from '../sealed-box.ts';

const secretBytes = 32;

/** The access and refresh token of a browser session. */
export interface SessionTokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
  readonly email: string;
}

/** Creates the random value of a session cookie. Possession of it authenticates the browser. */
export function createSessionSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** Hashes a secret for the lookup of its session. The hash does not reveal the secret. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Derives the CSRF token of a session. A page that sends it has proved that it can read the session's responses. */
export function csrfTokenOf(secret: string): string {
  return derive(secret, 'csrf token').toString('base64url');
}

/** Encrypts tokens under a key derived from the secret, so that the database alone reveals no token. */
export function sealTokens(secret: string, tokens: SessionTokens): Buffer {
  return seal(derive(secret, 'tokens'), JSON.stringify(tokens));
}

/** Decrypts tokens. Throws if they were not sealed with this secret. */
export function openTokens(secret: string, sealed: Buffer): SessionTokens {
  return JSON.parse(open(derive(secret, 'tokens'), sealed)) as SessionTokens;
}

function derive(secret: string, use: string): Buffer {
  return deriveKey(secret, `valuecanvas browser session: ${use}`);
}
