import { randomUUID } from 'node:crypto';
import type { SortKey } from '@valuecanvas/contracts-core';
import { createTestDatabase, type TestDatabase } from '@valuecanvas/testing';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabase, type Database, type ListOrder, listOrder, selectPage } from './index.ts';

interface Loaf {
  readonly id: string;
  readonly kind: string;
  readonly baked_at: string;
}

let testDatabase: TestDatabase;
let database: Database<{ loaves: Loaf }>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({
    url: testDatabase.ownerUrl,
    applicationName: 'test',
    poolSize: 1,
    onError: () => undefined,
  });
  await sql`create table loaves (id uuid, kind text, baked_at timestamptz)`.execute(database.db);
});

beforeEach(async () => {
  await sql`truncate loaves`.execute(database.db);
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const orders = {
  byTime: { baked_at: 'timestamptz', id: 'uuid' },
  byKind: { kind: 'text', id: 'uuid' },
  byKindAndTime: { kind: 'text', baked_at: 'timestamptz', id: 'uuid' },
} as const;

/** Creates an order from columns that are not known at compile time. */
const orderOf = (direction: 'asc' | 'desc', columns: object): ListOrder<keyof Loaf> =>
  listOrder(direction, columns as Record<keyof Loaf, 'text'>);

const readPage = (order: ListOrder<keyof Loaf>, limit: number, after?: SortKey) =>
  selectPage(database.db.selectFrom('loaves').selectAll(), order, { limit, after });

/** Returns the ids of all pages. Fails if a page exceeds its limit, or if a further page is empty. */
async function walk(order: ListOrder<keyof Loaf>, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let after: SortKey | undefined;
  do {
    const { items, last } = await readPage(order, limit, after);
    expect(items.length).toBeLessThanOrEqual(limit);
    if (after) expect(items).not.toHaveLength(0);
    ids.push(...items.map(({ id }) => id));
    after = last;
  } while (after);
  return ids;
}

/** Times a few microseconds apart, so that many rows tie and a millisecond holds several of them. */
const loaf = fc.record({
  id: fc.uuid(),
  kind: fc.constantFrom('', 'rye', 'Rye', 'grünkern', "O'Reilly", 'a_b', '🥖'),
  baked_at: fc.integer({ min: 0, max: 5 }).map((at) => `2026-01-01T12:00:00.00099${at}Z`),
});

test('the pages of a list contain each row once and in order, even with ties', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(loaf, { selector: ({ id }) => id, maxLength: 24 }),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(...Object.values(orders)),
      fc.constantFrom('asc', 'desc'),
      async (loaves, limit, columns, direction) => {
        await sql`truncate loaves`.execute(database.db);
        if (loaves.length > 0) await database.db.insertInto('loaves').values(loaves).execute();
        const sorted = await Object.keys(columns)
          .reduce(
            (query, name) => query.orderBy(sql.ref(name), direction),
            database.db.selectFrom('loaves').select('id'),
          )
          .execute();
        expect(await walk(orderOf(direction, columns), limit)).toEqual(sorted.map(({ id }) => id));
      },
    ),
    { numRuns: 60 },
  );
});

const byTime = listOrder('desc', orders.byTime);

const bake = (count: number) =>
  database.db
    .insertInto('loaves')
    .values(Array.from({ length: count }, () => ({ id: randomUUID(), kind: 'rye', baked_at: '2026-01-01' })))
    .execute();

test.each([3, 6])('the last page of %i rows has no cursor at a limit of 3', async (count) => {
  await bake(count);
  const full = await readPage(byTime, count);
  expect(full.last).toBeUndefined();
  const { last } = await readPage(byTime, 3);
  expect(last === undefined).toBe(count === 3);
  if (last) expect((await readPage(byTime, 3, last)).last).toBeUndefined();
});

test('a row that appears before the page neither shifts nor repeats the rows after it', async () => {
  await bake(4);
  const before = await walk(byTime, 10);
  const { items, last } = await readPage(byTime, 2);
  await database.db
    .insertInto('loaves')
    .values({ id: randomUUID(), kind: 'rye', baked_at: '2026-02-01' })
    .execute();
  const rest = await readPage(byTime, 10, last);
  expect([...items, ...rest.items].map(({ id }) => id)).toEqual(before);
});

test.each<[string, SortKey]>([
  ['with too few values', ['2026-01-01T00:00:00.000000Z']],
  ['with too many values', ['2026-01-01T00:00:00.000000Z', randomUUID(), 'rye']],
  ['with no time', ['yesterday', randomUUID()]],
  ['with a time that does not exist', ['2026-99-99T99:99:99.000000Z', randomUUID()]],
  ['with a date that does not exist', ['2026-02-31T07:24:49.887418Z', randomUUID()]],
  ['with an invalid id', ['2026-01-01T00:00:00.000000Z', '-'.repeat(36)]],
])('a sort key %s is a client error', async (_, sortKey) => {
  await expect(readPage(byTime, 2, sortKey)).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    details: [{ path: 'cursor', message: expect.any(String) }],
  });
});
