import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const secretBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** The pair of tokens that a session's cookie stands for. */
export interface SessionTokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch. */
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
  readonly email: string;
}

/** What a cookie holds: random, so that knowing it is proof enough. */
export function createSessionSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** By which the session is found; the secret cannot be told from it. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** What a page must send along to show that it may read the session's answers. */
export function csrfTokenOf(secret: string): string {
  return Buffer.from(derive(secret, 'csrf token')).toString('base64url');
}

/** AES-256-GCM under a key that only the secret yields: whoever reads the database gets no token. */
export function seal(secret: string, tokens: SessionTokens): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', derive(secret, 'tokens'), nonce);
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(tokens)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
}

/** Throws where the bytes were not sealed with this secret. */
export function open(secret: string, sealed: Buffer): SessionTokens {
  const decipher = createDecipheriv('aes-256-gcm', derive(secret, 'tokens'), sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const text = Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  return JSON.parse(text.toString()) as SessionTokens;
}

/** Different keys for different uses of one secret (HKDF, RFC 5869). */
function derive(secret: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `valuecanvas browser session: ${use}`, 32));
}
