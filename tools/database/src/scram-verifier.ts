import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DatabaseToolError } from './database-tool-error.ts';

/** PostgreSQL's own default, so that a login costs no more than with a password that the server hashed. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

const deriveKey = promisify(pbkdf2);

/**
 * What PostgreSQL stores instead of a password (SCRAM-SHA-256, RFC 5803 and RFC 7677). Sending this keeps
 * the password out of the server's logs and statistics. Throws DatabaseToolError for other than printable ASCII,
 * which the two sides may normalise differently.
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
