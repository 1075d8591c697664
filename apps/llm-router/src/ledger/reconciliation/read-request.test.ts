import { expect, test } from 'vitest';
import { readRequest } from './read-request.ts';

const now = Date.parse('2026-11-25T23:59:59.999Z');
const period = (...args: string[]) => {
  const { from, until } = readRequest(args, now);
  return [from.toISOString(), until.toISOString()];
};

test.each([
  [[], '2026-11-25T00:00:00.000Z', '2026-11-26T00:00:00.000Z'],
  [['--from', '2026-11-01'], '2026-11-01T00:00:00.000Z', '2026-11-26T00:00:00.000Z'],
  [['--to', '2026-10-31'], '2026-10-31T00:00:00.000Z', '2026-11-01T00:00:00.000Z'],
  [['--from', '2026-11-25T17:00Z'], '2026-11-25T17:00:00.000Z', '2026-11-26T00:00:00.000Z'],
  [
    ['--from', '2026-11-25T17:00:01.5+01:00', '--to', '2026-11-25T17:00Z'],
    '2026-11-25T16:00:01.500Z',
    '2026-11-25T17:00:00.000Z',
  ],
])('%j selects a UTC period', (args, from, until) => {
  expect(period(...args)).toEqual([from, until]);
});

test('repair is off by default', () => {
  expect(readRequest([], now)).toMatchObject({ repair: false, counts: [] });
  expect(readRequest(['--repair'], now)).toMatchObject({ repair: true });
});

test('each provider has its own URL, or one URL stands for all', () => {
  const places = ['http://127.0.0.1:4010', 'together_ai=http://127.0.0.1:4010/v1'];
  const args = places.flatMap((location) => ['--provider-counts', location]);
  expect(readRequest(args, now).counts).toEqual([
    { provider: undefined, url: 'http://127.0.0.1:4010' },
    { provider: 'together_ai', url: 'http://127.0.0.1:4010/v1' },
  ]);
});

test.each([
  [['--day', '2026-11-25'], /^Invalid arguments/],
  [['2026-11-25'], /^Invalid arguments/],
  [['--from', 'yesterday'], /^--from "yesterday" must be a day/],
  [['--to', '2026-13-01'], /^--to "2026-13-01" must be a day/],
  [['--from', '2026-11-25T17:00'], /must be a day \(.*\) or a time/],
  [['--from', '2026-11-26'], /^--from must be before --to/],
  [['--provider-counts', 'openai'], /must be a URL, or <provider>=<url>/],
])('%j is answered with the usage', (args, message) => {
  expect(() => readRequest(args, now)).toThrow(message);
});
