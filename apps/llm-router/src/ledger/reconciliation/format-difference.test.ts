import { expect, test } from 'vitest';
import type { Difference } from './compare.ts';
import { formatDifference } from './format-difference.ts';

const userId = '00000000-0000-4000-8000-00000000000a';
const booked = { kind: 'counter', calls: 2, bookedNanos: 400_000_000n } as const;

const differences: readonly [Difference, string][] = [
  [
    { ...booked, counter: { name: `u:${userId}:2026-11-25`, before: 410_000_000n, after: 410_000_000n } },
    `User ${userId}, day 2026-11-25: the counter says $0.41, and 2 booked calls cost $0.40: $0.01 too much.`,
  ],
  [
    { ...booked, counter: { name: 'p:2026-11-25T17', before: 1n, after: 2n }, calls: 1 },
    'The platform, hour 2026-11-25T17: the counter says $0.000000001 to $0.000000002, and 1 booked call cost $0.40: $0.399999998 too little.',
  ],
  [
    { kind: 'dead', userId, day: '2026-11-25', calls: 1, tokens: 15, nanos: 7n },
    `1 call of user ${userId} on 2026-11-25 (15 tokens, $0.000000007) is in the dead-letter stream and not in the ledger.`,
  ],
  [{ kind: 'unreadable', entries: 2 }, '2 entries of the journal are not valid rows.'],
  [
    {
      ...{ kind: 'calls', provider: 'openai', counted: { least: 5, most: 5 }, booked: 3 },
      requests: [
        { requestId: 'known', counted: 2, booked: 1, userId, day: '2026-11-25' },
        { requestId: 'lost', counted: 1, booked: 0 },
      ],
    },
    `openai counted 5 calls, and 3 are booked: 2 calls missing from the books. Requests: known of user ${userId} on 2026-11-25 (2 counted, 1 booked), lost (1 counted, 0 booked).`,
  ],
  [
    {
      ...{ kind: 'calls', provider: undefined, counted: { least: 1, most: 2 }, booked: 3 },
      requests: Array.from({ length: 12 }, (_, index) => ({ requestId: `r${index}`, counted: 0, booked: 1 })),
    },
    'The providers together counted 1 to 2 calls, and 3 are booked: 1 call too many in the books. Requests: r0 (0 counted, 1 booked), r1 (0 counted, 1 booked), r2 (0 counted, 1 booked), r3 (0 counted, 1 booked), r4 (0 counted, 1 booked), r5 (0 counted, 1 booked), r6 (0 counted, 1 booked), r7 (0 counted, 1 booked), r8 (0 counted, 1 booked), r9 (0 counted, 1 booked) and 2 more.',
  ],
  [
    { kind: 'tokens', provider: 'openai', of: 'promptTokens', counted: 12, booked: { least: 3, most: 10 } },
    'openai counted 12 prompt tokens, and 3 to 10 are booked: 2 too few.',
  ],
  [
    { kind: 'tokens', provider: 'openai', of: 'cachedTokens', counted: 1, booked: { least: 3, most: 3 } },
    'openai counted 1 cached tokens, and 3 are booked: 2 too many.',
  ],
];

test.each(differences)('%o is formatted', (difference, words) => {
  expect(formatDifference(difference)).toBe(words);
});
