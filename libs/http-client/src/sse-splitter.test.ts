import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSseSplitter } from './sse-splitter.ts';

/** The events and the rest, as text, of bytes that come in the given parts. */
function split(parts: readonly Buffer[]): { readonly events: string[]; readonly rest: string } {
  const splitter = createSseSplitter();
  const events = parts.flatMap((part) => splitter.push(part)).map((event) => event.toString('latin1'));
  expect(splitter.rest()).toHaveLength(splitter.restBytes());
  return { events, rest: splitter.rest().toString('latin1') };
}

const eventsOf = (text: string) => split([Buffer.from(text)]);

/** The same bytes, cut at the given places. */
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

test('however the network cuts a stream, its events are the same', () => {
  fc.assert(
    fc.property(text, places, (said, cuts) => {
      const bytes = Buffer.from(said);
      expect(split(cutAt(bytes, cuts))).toEqual(split([bytes]));
    }),
    { numRuns: 2_000 },
  );
});

test('events and the rest together are the bytes that came, in their order', () => {
  fc.assert(
    fc.property(text, places, (said, cuts) => {
      const bytes = Buffer.from(said);
      const { events, rest } = split(cutAt(bytes, cuts));
      expect([...events, rest].join('')).toBe(bytes.toString('latin1'));
    }),
  );
});

test.each(['\n', '\r\n', '\r'])('events are told apart where lines end with %j', (end) => {
  const one = `data: 1${end}id: 1${end}${end}`;
  const other = `data: 2${end}${end}`;
  const { events } = eventsOf(`${one}${other}: comment`);
  expect(events).toEqual([one, other]);
});

test('an event is there as soon as its blank line is, not with the next event', () => {
  for (const event of ['data: 1\n\n', 'data: 1\r\n\r\n', 'data: 1\r\r']) {
    expect(eventsOf(event)).toEqual({ events: [event], rest: '' });
  }
});

test('an event does not end in the middle of CRLF', () => {
  const splitter = createSseSplitter();
  expect(splitter.push(Buffer.from('data: 1\r\n\r'))).toEqual([]);
  expect(splitter.push(Buffer.from('\ndata: 2'))).toEqual([Buffer.from('data: 1\r\n\r\n')]);
});

test('blank lines before an event are no event', () => {
  expect(eventsOf('\n\n\ndata: 1\n\n\n')).toEqual({ events: ['\n\n\ndata: 1\n\n'], rest: '\n' });
});
