import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const secretBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

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
  return Buffer.from(derive(secret, 'csrf token')).toString('base64url');
}

/** Encrypts tokens with AES-256-GCM under a key derived from the secret, so that the database alone reveals no token. */
export function seal(secret: string, tokens: SessionTokens): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', derive(secret, 'tokens'), nonce);
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(tokens)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
}

/** Decrypts tokens. Throws if they were not sealed with this secret. */
export function open(secret: string, sealed: Buffer): SessionTokens {
  const decipher = createDecipheriv('aes-256-gcm', derive(secret, 'tokens'), sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const text = Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]);
  return JSON.parse(text.toString()) as SessionTokens;
}

/** Derives a key per purpose from one secret (HKDF, RFC 5869). */
function derive(secret: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `valuecanvas browser session: ${use}`, 32));
}
