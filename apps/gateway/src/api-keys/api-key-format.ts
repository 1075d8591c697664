import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * `vc_`, 8 public characters, `_`, 43 secret characters (256 random bits in base 62), and a checksum. The checksum
 * rejects mistyped or made-up keys without a look-up, and lets secret scanners identify leaked keys.
 */
const format = /^vc_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}([0-9A-Za-z]{6})$/;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checksumLength = 6;

/** A new key, with the prefix and hash that are stored. */
export interface NewApiKey {
  readonly key: string;
  readonly prefix: string;
  readonly hash: Buffer;
}

export function generateApiKey(): NewApiKey {
  const prefix = `vc_${randomCharacters(8)}`;
  const body = `${prefix}_${randomCharacters(43)}`;
  const key = body + checksumOf(body);
  return { key, prefix, hash: hashApiKey(key) };
}

/** Checks the format and the checksum of a key. */
export function isApiKey(text: string): boolean {
  const checksum = format.exec(text)?.[1];
  return checksum !== undefined && checksum === checksumOf(text.slice(0, -checksumLength));
}

/** Hashes a key with SHA-256. A random key needs no slow hash. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function randomCharacters(count: number): string {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Computes the CRC-32 in base 62. Six digits hold any value. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let index = 0; index < checksumLength; index++) {
    digits = alphabet[rest % alphabet.length] + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
