/** State of a hash. `block` holds the bytes since the last complete group of four, and `length` counts all bytes. */
interface Progress {
  readonly hash: number;
  readonly block: number;
  readonly length: number;
}

const start: Progress = { hash: 0, block: 0, length: 0 };

/**
 * Returns a function that computes MurmurHash3 x86 32-bit (Austin Appleby, seed 0) of `prefix` followed by a text, both
 * as UTF-8, as an unsigned 32-bit integer. The prefix is hashed once, so a call costs only its own text.
 */
export function murmur3After(prefix: string): (text: string) => number {
  const afterPrefix = absorb(start, prefix);
  return (text) => finish(absorb(afterPrefix, text));
}

function absorb(progress: Progress, text: string): Progress {
  let { hash, block, length } = progress;
  for (let index = 0; index < text.length; index += 1) {
    const codePoint = text.codePointAt(index) ?? 0;
    if (codePoint > 0xffff) index += 1;
    let bytes = codePoint < 0x80 ? codePoint : utf8(codePoint);
    do {
      block |= (bytes & 0xff) << ((length & 3) * 8);
      length += 1;
      if ((length & 3) === 0) {
        hash = (Math.imul(rotateLeft(hash ^ scramble(block), 13), 5) + 0xe6546b64) | 0;
        block = 0;
      }
      bytes >>>= 8;
    } while (bytes !== 0);
  }
  return { hash, block, length };
}

function finish({ hash, block, length }: Progress): number {
  let mixed = hash ^ scramble(block) ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function scramble(block: number): number {
  return Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Returns the UTF-8 bytes of a code point from U+0080 on, first byte lowest. Half a surrogate pair becomes U+FFFD. */
function utf8(codePoint: number): number {
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6) | (tail(codePoint) << 8);
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return utf8(0xfffd);
  if (codePoint <= 0xffff) {
    return 0xe0 | (codePoint >> 12) | (tail(codePoint >> 6) << 8) | (tail(codePoint) << 16);
  }
  const head = 0xf0 | (codePoint >> 18) | (tail(codePoint >> 12) << 8);
  return head | (tail(codePoint >> 6) << 16) | (tail(codePoint) << 24);
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
