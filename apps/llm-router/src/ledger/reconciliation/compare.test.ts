import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { booked } from '../test-support/booked.ts';
import { compare } from './compare.ts';
import { type LedgerTotals, noSums, type ProviderCounts, type TotalsLine } from './ledger-totals.ts';

const userId = randomUUID();
const at = Date.parse('2026-11-25T10:00:00Z');
const noTotals: LedgerTotals = { lines: [], spent: new Map(), dead: [], unreadable: 0, requests: [] };

const line = (fields: Partial<TotalsLine>): TotalsLine => ({
  ...noSums,
  ...{ location: 'ledger', day: '2026-11-25', provider: 'openai', estimated: false, calls: 1 },
  ...fields,
});

const counts = (fields: Partial<ProviderCounts> = {}): ProviderCounts => ({
  ...{ provider: 'openai', calls: 0, open: 0, uncounted: 0, requestIds: undefined },
  ...{ promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
  ...fields,
});

const counter = (before: bigint, after = before) => ({ name: 'p:2026-11', before, after });
const spent = (nanos: bigint): LedgerTotals => ({
  ...noTotals,
  spent: new Map([['p:2026-11', { calls: 3, nanos }]]),
});

test('empty totals, counters and counts agree', () => {
  expect(compare(noTotals, [], [])).toEqual([]);
  expect(compare(noTotals, [counter(0n)], [counts()])).toEqual([]);
});

test('an unchanged counter agrees only with the exact total', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.bigInt({ min: -3n, max: 3n }), (nanos, off) => {
      expect(compare(spent(nanos + 3n), [counter(nanos + 3n + off)], [])).toHaveLength(off === 0n ? 0 : 1);
    }),
  );
});

test('a counter that changed during the reading agrees with any total between its values', () => {
  const moved = [counter(10n, 20n)];
  const agrees = [9n, 10n, 15n, 20n, 21n].map((nanos) => compare(spent(nanos), moved, []).length === 0);
  expect(agrees).toEqual([false, true, true, true, false]);
});

test('a counter without any booking in its period differs', () => {
  expect(compare(noTotals, [counter(7n)], [])).toEqual([
    { kind: 'counter', counter: counter(7n), calls: 0, bookedNanos: 0n },
  ]);
});

test('calls in the dead stream are told by user and day', () => {
  const dead = [
    booked({ userId, at }),
    booked({ userId, at }),
    booked({ userId, at: at + 86_400_000, costNanos: '1' }),
  ];
  expect(compare({ ...noTotals, dead }, [], [])).toEqual([
    { kind: 'dead', userId, day: '2026-11-25', calls: 2, tokens: 30, nanos: 14n },
    { kind: 'dead', userId, day: '2026-11-26', calls: 1, tokens: 15, nanos: 1n },
  ]);
});

test('invalid entries are reported', () => {
  expect(compare({ ...noTotals, unreadable: 2 }, [], [])).toEqual([{ kind: 'unreadable', entries: 2 }]);
});

test('calls agree wherever they are booked, but not those of the cache or of others', () => {
  const totals: LedgerTotals = {
    ...noTotals,
    lines: [
      line({ calls: 2 }),
      line({ location: 'waiting' }),
      line({ location: 'dead' }),
      line({ provider: 'cache', calls: 9 }),
      line({ provider: 'together_ai', calls: 5 }),
    ],
  };
  expect(compare(totals, [], [counts({ calls: 4 })])).toEqual([]);
  expect(compare(totals, [], [counts({ provider: undefined, calls: 9 })])).toEqual([]);
  expect(compare(totals, [], [counts({ calls: 5 })])).toEqual([
    { kind: 'calls', provider: 'openai', counted: { least: 5, most: 5 }, booked: 4, requests: [] },
  ]);
});

test('calls that are not over need not be booked, and refused ones may be', () => {
  const difference = (calls: number) =>
    compare({ ...noTotals, lines: [line({ calls })] }, [], [counts({ calls: 5, open: 2, uncounted: 1 })]);
  const agrees = [2, 3, 6, 7].map((calls) => difference(calls).length === 0);
  expect(agrees).toEqual([false, true, true, false]);
});

test('the requests are named whose calls are missing or too many', () => {
  const requests = [
    { provider: 'openai', requestId: 'once', userId, day: '2026-11-25', calls: 1 },
    { provider: 'openai', requestId: 'extra', userId, day: '2026-11-25', calls: 1 },
    { provider: 'openai', requestId: 'extra', userId, day: '2026-11-25', calls: 1 },
    { provider: 'together_ai', requestId: 'lost', userId, day: '2026-11-25', calls: 1 },
  ];
  const totals = { ...noTotals, requests, lines: [line({ calls: 3 })] };
  const requestIds = ['once', 'extra', 'lost', 'lost'];
  expect(compare(totals, [], [counts({ calls: 4, requestIds })])).toMatchObject([
    {
      requests: [
        { requestId: 'extra', counted: 1, booked: 2, userId, day: '2026-11-25' },
        { requestId: 'lost', counted: 2, booked: 0 },
      ],
    },
  ]);
});

const tokenCount = fc.nat({ max: 1_000 });
const tokens = fc.record({ promptTokens: tokenCount, completionTokens: tokenCount });

test('tokens agree if counts and bookings are equal, or within the estimates', () => {
  fc.assert(
    fc.property(
      tokens,
      tokens,
      fc.record({ prompt: fc.double({ min: 0, max: 1, noNaN: true }) }),
      (exact, guess, share) => {
        const totals = { ...noTotals, lines: [line(exact), line({ ...guess, estimated: true })] };
        const used = Math.floor(guess.promptTokens * share.prompt);
        const agreeing = { calls: 2, ...exact, promptTokens: exact.promptTokens + used };
        expect(compare(totals, [], [counts(agreeing)])).toEqual([]);
        const beyond = exact.completionTokens + guess.completionTokens + 1;
        expect(compare(totals, [], [counts({ ...agreeing, completionTokens: beyond })])).toHaveLength(1);
      },
    ),
  );
});

test.each(['promptTokens', 'completionTokens', 'cachedTokens', 'reasoningTokens'] as const)(
  'without estimates one more of the %s is a difference',
  (of) => {
    const totals = { ...noTotals, lines: [line({ [of]: 10 })] };
    for (const counted of [9, 11]) {
      expect(compare(totals, [], [counts({ calls: 1, [of]: counted })])).toEqual([
        { kind: 'tokens', provider: 'openai', of, counted, booked: { least: 10, most: 10 } },
      ]);
    }
  },
);

test('any share of an estimated call’s prompt may be cached tokens, and any share of its answer reasoning tokens', () => {
  const totals = { ...noTotals, lines: [line({ promptTokens: 10, completionTokens: 5, estimated: true })] };
  const inside = counts({ calls: 1, cachedTokens: 10, reasoningTokens: 5 });
  expect(compare(totals, [], [inside])).toEqual([]);
  expect(compare(totals, [], [{ ...inside, cachedTokens: 11, reasoningTokens: 6 }])).toHaveLength(2);
});
