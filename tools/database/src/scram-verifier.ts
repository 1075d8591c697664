import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DatabaseToolError } from './database-tool-error.ts';

/** PostgreSQL's default iteration count, so that a login costs as much as with a password hashed by the server. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

const deriveKey = promisify(pbkdf2);

/**
 * Computes the verifier that PostgreSQL stores instead of a password (SCRAM-SHA-256, RFC 5803 and RFC 7677). Sending it
 * keeps the password out of the server's logs and statistics. Throws DatabaseToolError unless the password is printable
 * ASCII, because both sides may normalise other characters differently.
 */
export async function scramVerifier(password: string): Promise<string> {
  if (!/^[\x20-\x7e]+$/.test(password)) {
    throw new DatabaseToolError(
      'A database password must consist of printable ASCII characters; choose another.',
    );
  }
  const salt = randomBytes(SALT_BYTES);
  const salted = await deriveKey(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
