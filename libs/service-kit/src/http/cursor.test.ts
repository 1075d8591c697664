import { anyone, defineRoute, list, listQuery, page, type SortKey } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { beforeEach, expect, test } from 'vitest';
import { type ServiceInTest, serve, startInTest, words } from '../test-support/service-in-test.ts';

const described = { description: 'A field.' };
const Item = Type.Object({ id: Type.String(described) });
const items = Array.from({ length: 30 }, (_, index) => ({ id: `item ${String(index).padStart(2, '0')}` }));

const filters = { kind: Type.Optional(Type.String(described)), size: Type.Optional(Type.Integer(described)) };
const common = { ...words, method: 'GET', auth: anyone, reply: list(Item) } as const;
const all = defineRoute({ ...common, id: 'test.all', path: '/test/all', query: listQuery(filters) });
const others = defineRoute({ ...common, id: 'test.others', path: '/test/others', query: listQuery(filters) });
const few = defineRoute({
  ...common,
  id: 'test.few',
  path: '/test/few',
  query: listQuery({}, { default: 2, maximum: 3 }),
});

const pageAfter = (limit: number, after: SortKey | undefined) => {
  const rows = items.filter(({ id }) => after === undefined || id > (after[0] ?? ''));
  return page(rows.slice(0, limit + 1), limit, ({ id }) => [id]);
};

let service: ServiceInTest;

beforeEach(async () => {
  service = await startInTest({
    routes: [
      serve(all, ({ page: { limit, after } }) => pageAfter(limit, after)),
      serve(others, ({ page: { limit, after } }) => pageAfter(limit, after)),
      serve(few, ({ page: { limit, after } }) => pageAfter(limit, after)),
    ],
  });
});

const cursorOf = async (path: string): Promise<string> => {
  const { body } = await service.request(path);
  expect(body.pagination.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
  return body.pagination.nextCursor;
};

async function expectForeign(path: string): Promise<void> {
  const { status, body } = await service.request(path);
  expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(body.details).toEqual([
    { path: 'cursor', message: 'is not a cursor of this list with these filters' },
  ]);
}

test.each([1, 7, 10, 29, 30, 31, 100])('pages of %i items contain every item once', async (limit) => {
  const seen: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await service.request(`/test/all?limit=${limit}${cursor && `&cursor=${cursor}`}`);
    expect(body.data.length).toBeGreaterThan(0);
    seen.push(...body.data);
    cursor = body.pagination.nextCursor as string | null;
  }
  expect(seen).toEqual(items);
});

test('the contract sets the default and the maximum of the limit', async () => {
  const limitOf = async (path: string) => (await service.request(path)).body.pagination?.limit;
  expect(await limitOf('/test/all')).toBe(20);
  expect(await limitOf('/test/all?limit=100')).toBe(100);
  expect(await limitOf('/test/few')).toBe(2);
  expect((await service.request('/test/few')).body.data).toHaveLength(2);
  for (const query of ['all?limit=101', 'few?limit=4', 'few?limit=0', 'few?limit=1.5', 'few?limit=x'])
    expect((await service.request(`/test/${query}`)).body.details).toMatchObject([{ path: 'limit' }]);
});

test('a cursor of another list is refused', async () => {
  await expectForeign(`/test/others?cursor=${await cursorOf('/test/all')}`);
});

test('a cursor is refused with other filters, and holds with the same ones in any order', async () => {
  const cursor = await cursorOf('/test/all?kind=rye&size=2');
  expect((await service.request(`/test/all?size=2&cursor=${cursor}&kind=rye&limit=3`)).status).toBe(200);
  await expectForeign(`/test/all?cursor=${cursor}`);
  await expectForeign(`/test/all?kind=rye&size=3&cursor=${cursor}`);
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (cursor: string) => JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];

test('a cursor that the list did not issue is refused', async () => {
  const [version, listHash, ...sortKey] = decode(await cursorOf('/test/all'));
  for (const forged of [
    'nonsense',
    '',
    '%00',
    encode({}),
    encode(null),
    encode(['item 03']),
    encode([2, listHash, ...sortKey]),
    encode([version, listHash, 3]),
    encode([version, listHash, 'a\0']),
    encode([version, listHash, '\ud800']),
    `${encode([version, listHash, ...sortKey])}`.slice(0, -4),
  ]) {
    const { status, body } = await service.request(`/test/all?cursor=${forged}`);
    expect([forged, status, body.code]).toEqual([forged, 400, 'VALIDATION_FAILED']);
  }
});

test('a cursor that is too long is refused', async () => {
  const { status, body } = await service.request(`/test/all?cursor=${'a'.repeat(1_025)}`);
  expect([status, body.details[0].path]).toEqual([400, 'cursor']);
});
