import type { Canvas } from '@valuecanvas/contracts-canvas';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

/** Inserts canvases of the test's user with these creation times and returns their ids in the same order. */
async function canvasesMadeAt(...times: string[]): Promise<string[]> {
  const ids = times.map(() => uuidv7());
  for (const [index, time] of times.entries())
    await platform.database.query(
      `insert into canvases (id, user_id, business_description, blocks, revision, created_at)
       values ($1, $2, 'A bakery', $3, 1, $4)`,
      [ids[index], platform.user.userId, JSON.stringify(knownBlocks), time],
    );
  return ids;
}

/** Returns all ids of the list, read page by page. */
async function readAll(limit: number, cursor?: string): Promise<string[]> {
  const { status, body } = await platform.request(
    `/api/canvas?limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
  );
  expect(status).toBe(200);
  const ids = body.data.map(({ id }: Canvas) => id);
  const { nextCursor } = body.pagination;
  return nextCursor === null ? ids : [...ids, ...(await readAll(limit, nextCursor))];
}

const second = '2026-01-01T12:00:00';

test('a user without canvases gets an empty list', async () => {
  const { status, body } = await platform.request('/api/canvas');
  expect(status).toBe(200);
  expect(body).toEqual({ success: true, data: [], pagination: { limit: 20, nextCursor: null } });
});

test('the list starts with the newest canvas and contains whole canvases', async () => {
  const older = await platform.aCanvas();
  const newer = await platform.aCanvas();
  expect((await platform.request('/api/canvas')).body.data).toEqual([newer, older]);
});

test.each([1, 2, 3])(
  'canvases created within one millisecond each appear once on pages of %i',
  async (limit) => {
    const ids = await canvasesMadeAt(
      `${second}.000400Z`,
      `${second}.000300Z`,
      `${second}.000200Z`,
      `${second}.000100Z`,
      `${second}.000000Z`,
      '2026-01-01T11:59:59.999999Z',
    );
    expect(await readAll(limit)).toEqual(ids);
  },
);

test('canvases created at the same time each appear once', async () => {
  const ids = await canvasesMadeAt(...Array.from({ length: 5 }, () => `${second}.123456Z`));
  expect(await readAll(2)).toEqual(ids.toSorted().reverse());
});

test('a list continues after its last canvas has been deleted', async () => {
  const ids = await canvasesMadeAt('2026-01-03', '2026-01-02', '2026-01-01');
  const { body } = await platform.request('/api/canvas?limit=2');
  await platform.request(`/api/canvas/${ids[1]}`, { method: 'DELETE' });
  expect(await readAll(2, body.pagination.nextCursor)).toEqual([ids[2]]);
});

test('a full last page has no next page', async () => {
  await canvasesMadeAt('2026-01-02', '2026-01-01');
  const { body } = await platform.request('/api/canvas?limit=2');
  expect(body.pagination).toEqual({ limit: 2, nextCursor: null });
});

test('a user never sees another user’s canvases, even with that user’s cursor', async () => {
  await canvasesMadeAt('2026-01-02', '2026-01-01');
  const { body } = await platform.request('/api/canvas?limit=1');
  const as = await platform.database.createUser();
  const path = `/api/canvas?cursor=${body.pagination.nextCursor}`;
  expect((await platform.request(path, { as })).body.data).toEqual([]);
});

test('an unknown cursor is rejected', async () => {
  const answer = await platform.request('/api/canvas?cursor=nonsense');
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).toMatchObject([{ path: 'cursor' }]);
});

test.each(['0', '101', 'many'])('%s as a limit is rejected', async (limit) => {
  expectError(await platform.request(`/api/canvas?limit=${limit}`), 400, 'VALIDATION_FAILED');
});
