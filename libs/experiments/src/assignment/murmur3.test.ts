import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur3After } from './murmur3.ts';

describe('MurmurHash3 x86 32-bit', () => {
  test.each([
    ['', 0x00000000],
    ['test', 0xba6bd213],
    ['Hello, world!', 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ])('gives the published hash of "%s"', (text, published) => {
    expect(murmur3After('')(text)).toBe(published);
  });

  test('agrees with the reference algorithm over the UTF-8 bytes of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (prefix, text) => {
        expect(murmur3After(prefix)(text)).toBe(murmur3OfBytes(new TextEncoder().encode(prefix + text)));
      }),
    );
  });

  test('treats half a surrogate pair as the replacement character, as UTF-8 encoders do', () => {
    const hash = murmur3After('');
    expect(hash('a\ud83d')).toBe(hash('a\ufffd'));
    expect(hash('\ude00b')).toBe(hash('\ufffdb'));
  });
});

/** Reference algorithm: four bytes at a time, in arithmetic that cannot overflow. */
function murmur3OfBytes(bytes: Uint8Array): number {
  const mask = 0xffffffffn;
  const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (32n - bits))) & mask;
  const scramble = (block: bigint) => (rotate((block * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask;
  let hash = 0n;
  for (let at = 0; at < bytes.length; at += 4) {
    const group = bytes.subarray(at, at + 4);
    const block = group.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    hash ^= scramble(block);
    if (group.length === 4) hash = (rotate(hash, 13n) * 5n + 0xe6546b64n) & mask;
  }
  hash ^= BigInt(bytes.length);
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}
