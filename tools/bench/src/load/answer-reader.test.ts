import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnswerReader, createEndFinder, summaryOf } from './answer-reader.ts';

const withLength = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"a":"0\\n"}',
);
const inChunks = Buffer.from(
  'HTTP/1.1 503 Service Unavailable\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
);

/** Splits the bytes at arbitrary positions. */
const piecesOf = (bytes: Buffer) =>
  fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 }).map((cuts) => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  });

test.each([
  ['with a length', withLength, { status: 200, closes: false }],
  ['in chunks', inChunks, { status: 503, closes: true }],
])('an answer %s is complete with its last byte, however it is split', (_, bytes, expected) => {
  fc.assert(
    fc.property(piecesOf(bytes), (pieces) => {
      const read = createAnswerReader();
      const answers = pieces.map((piece) => read(piece));
      expect(answers.slice(0, -1).every((answer) => answer === undefined)).toBe(true);
      expect(answers.at(-1)).toMatchObject(expected);
    }),
  );
});

test('consecutive answers are read separately', () => {
  const read = createAnswerReader();
  expect(read(inChunks)?.status).toBe(503);
  expect(read(withLength)?.status).toBe(200);
});

test('the end of a stream is found, however it is split', () => {
  fc.assert(
    fc.property(piecesOf(inChunks), (pieces) => {
      const ends = createEndFinder();
      const found = pieces.map((piece) => ends(piece));
      expect(found.indexOf(true)).toBe(pieces.length - 1);
    }),
  );
});

test('a refusal is summarised by its status and body, without its headers', () => {
  expect(summaryOf('HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\n\r\nslow down')).toBe(
    'HTTP/1.1 429 Too Many Requests: slow down',
  );
});
