import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseSplitter } from './sse-splitter.ts';

/** Returns events and remainder, as text, of bytes that arrive in the given parts. */
function split(parts: readonly Buffer[]): { readonly events: string[]; readonly rest: string } {
  const splitter = createSseSplitter();
  const events = parts.flatMap((part) => splitter.push(part)).map((event) => event.toString('latin1'));
  expect(splitter.rest()).toHaveLength(splitter.restBytes());
  return { events, rest: splitter.rest().toString('latin1') };
}

const eventsOf = (text: string) => split([Buffer.from(text)]);

/** Splits the bytes at the given positions. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const piece = fc.constantFrom(
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\r\n\r\n',
  'data: ',
  'data',
  ': é…😀',
  'x',
  '\uFEFF',
  '',
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
const places = fc.array(fc.nat(), { maxLength: 20 });

test('events do not depend on how the network splits a stream', () => {
  fc.assert(
    fc.property(text, places, (said, cuts) => {
      const bytes = Buffer.from(said);
      expect(split(cutAt(bytes, cuts))).toEqual(split([bytes]));
    }),
    { numRuns: 2_000 },
  );
});

test('events and remainder together equal the received bytes', () => {
  fc.assert(
    fc.property(text, places, (said, cuts) => {
      const bytes = Buffer.from(said);
      const { events, rest } = split(cutAt(bytes, cuts));
      expect([...events, rest].join('')).toBe(bytes.toString('latin1'));
    }),
  );
});

test.each(['\n', '\r\n', '\r'])('events are separated if lines end with %j', (end) => {
  const one = `data: 1${end}id: 1${end}${end}`;
  const other = `data: 2${end}${end}`;
  const { events } = eventsOf(`${one}${other}: comment`);
  expect(events).toEqual([one, other]);
});

test('an event is returned with its blank line, not with the next event', () => {
  for (const event of ['data: 1\n\n', 'data: 1\r\n\r\n', 'data: 1\r\r']) {
    expect(eventsOf(event)).toEqual({ events: [event], rest: '' });
  }
});

test('an event does not end within CRLF', () => {
  const splitter = createSseSplitter();
  expect(splitter.push(Buffer.from('data: 1\r\n\r'))).toEqual([]);
  expect(splitter.push(Buffer.from('\ndata: 2'))).toEqual([Buffer.from('data: 1\r\n\r\n')]);
});

test('blank lines before an event are not an event', () => {
  expect(eventsOf('\n\n\ndata: 1\n\n\n')).toEqual({ events: ['\n\n\ndata: 1\n\n'], rest: '\n' });
});
