import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutToTokens, piecesOf, tokensOf } from './tokens.ts';

const text = fc.string({ unit: 'binary' });
const tokens = fc.integer({ min: 1, max: 9 });

describe('tokens', () => {
  test.each([
    ['', 0],
    ['a', 1],
    ['abcd', 1],
    ['abcde', 2],
    ['äöü', 2],
  ])('are the bytes of %j over four, rounded up', (given, expected) => {
    expect(tokensOf(given)).toBe(expected);
  });

  test('pieces are no larger than asked and join to the same text', () => {
    fc.assert(
      fc.property(text, tokens, (whole, size) => {
        const pieces = piecesOf(whole, size);
        expect(pieces.join('')).toBe(whole);
        expect(pieces.every((piece) => tokensOf(piece) <= size)).toBe(true);
      }),
    );
  });

  test('a cut text fits, begins the whole one, and loses no character that had room', () => {
    fc.assert(
      fc.property(text, tokens, (whole, size) => {
        const cut = cutToTokens(whole, size);
        expect(whole.startsWith(cut)).toBe(true);
        expect(tokensOf(cut)).toBeLessThanOrEqual(size);
        const [next = ''] = whole.slice(cut.length);
        expect(next === '' || Buffer.byteLength(cut) + 4 > size * 4 || cut === whole).toBe(true);
      }),
    );
  });
});
