import type { Canvas } from '@valuecanvas/contracts-canvas';
import { createDatabase } from '@valuecanvas/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { createCanvasStore } from '../src/canvases/canvas.store.ts';
import type { Database } from '../src/db.ts';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const listed = async (query = ''): Promise<string[]> =>
  (await platform.request(`/api/canvas${query}`)).body.data.map(({ id }: Canvas) => id);

const create = async (content: object): Promise<Canvas> =>
  (await platform.post('/api/canvas', { businessDescription: 'A bakery', ...content })).body.data;

test('a canvas can be created without a model, empty or with content', async () => {
  const empty = await create({ title: ' ', industry: '' });
  expect(empty).toMatchObject({ revision: 1, channels: [], keyPartners: [] });
  expect(empty).not.toHaveProperty('title');
  expect(empty).not.toHaveProperty('industry');
  const given = await create({ title: 'Mine', targetMarket: 'All', channels: ['Shop'] });
  expect(given).toMatchObject({ title: 'Mine', targetMarket: 'All', channels: ['Shop'], keyPartners: [] });
  const history = await platform.request(`/api/canvas/${given.id}/revisions`);
  expect(history.body.data).toMatchObject([{ revision: 1, source: 'create', changed: ['channels'] }]);
  expect(platform.neighbours.asked).toEqual([]);
});

test('a repeated creation with the same key creates one canvas', async () => {
  const send = () =>
    platform.post(
      '/api/canvas',
      { businessDescription: 'A bakery' },
      { headers: { 'idempotency-key': 'c-1' } },
    );
  expect((await send()).body).toEqual((await send()).body);
  expect(await listed()).toHaveLength(1);
});

test('title, industry and target market can be changed and removed', async () => {
  const { id } = await create({ title: 'Mine', industry: 'Food' });
  const change = { title: 'Ours', industry: '', targetMarket: 'Offices' };
  const { body } = await platform.put(`/api/canvas/${id}`, { revision: 1, ...change });
  expect(body.data).toMatchObject({ title: 'Ours', targetMarket: 'Offices', revision: 2 });
  expect(body.data).not.toHaveProperty('industry');
  const first = await platform.request(`/api/canvas/${id}/revisions/1`);
  expect(first.body.data).toMatchObject({ title: 'Mine', industry: 'Food', revision: 1 });
});

test('what GET returned can be sent back', async () => {
  const canvas = await platform.aCanvas();
  const { body } = await platform.request(`/api/canvas/${canvas.id}`);
  const answer = await platform.put(`/api/canvas/${canvas.id}`, { ...body.data, channels: ['New'] });
  expect(answer).toMatchObject({
    status: 200,
    body: { data: { ...canvas, channels: ['New'], revision: 2, updatedAt: expect.any(String) } },
  });
});

test('a revision is returned with its content', async () => {
  const canvas = await platform.aCanvas();
  await platform.put(`/api/canvas/${canvas.id}`, { revision: 1, channels: ['New'] });
  const { body } = await platform.request(`/api/canvas/${canvas.id}/revisions/1`);
  const { title, businessDescription, industry, targetMarket } = canvas;
  const words = { title, businessDescription, industry, targetMarket };
  expect(body.data).toEqual({
    revision: 1,
    createdAt: canvas.createdAt,
    source: 'generate',
    changed: expect.any(Array),
    ...words,
    ...knownBlocks,
  });
  expectError(await platform.request(`/api/canvas/${canvas.id}/revisions/3`), 404, 'NOT_FOUND');
});

test('a deleted canvas is absent everywhere until it is recovered', async () => {
  const { id } = await create({ channels: ['Shop'] });
  const url = `/api/canvas/${id}`;
  expect((await platform.request(url, { method: 'DELETE' })).status).toBe(204);
  const change = { section: 'channels', suggestions: ['x'], mode: 'append', revision: 1 };
  const refused = [
    await platform.request(url),
    await platform.put(url, { revision: 1, channels: [] }),
    await platform.request(url, { method: 'DELETE' }),
    await platform.request(`${url}/revisions`),
    await platform.request(`${url}/revisions/1`),
    await platform.request(`${url}/export`),
    await platform.request(`${url}/revisions/1/restore`, { method: 'POST' }),
    await platform.post(`${url}/apply`, change),
    await platform.post(`${url}/refine`, { section: 'channels' }),
  ];
  for (const answer of refused) expectError(answer, 404, 'NOT_FOUND');
  expect([await listed(), await listed('?deleted=true')]).toEqual([[], [id]]);
  const recover = () => platform.request(`${url}/undelete`, { method: 'POST' });
  expect(await recover()).toMatchObject({ status: 200, body: { data: { id, channels: ['Shop'] } } });
  expect((await recover()).status).toBe(200);
  expect([await listed(), await listed('?deleted=true')]).toEqual([[id], []]);
});

test('another user can neither export nor recover a canvas', async () => {
  const { id } = await create({});
  await platform.request(`/api/canvas/${id}`, { method: 'DELETE' });
  const as = await platform.database.createUser();
  for (const [method, action] of [
    ['POST', 'undelete'],
    ['GET', 'export'],
    ['GET', 'revisions/1'],
  ] as const)
    expectError(await platform.request(`/api/canvas/${id}/${action}`, { method, as }), 404, 'NOT_FOUND');
});

test('canvases are removed 30 days after their deletion, of every user', async () => {
  const [kept, recent, expired] = [await create({}), await create({}), await create({})];
  const deleteAt = (id: string, age: string) =>
    platform.database.query('update canvases set deleted_at = now() - $2::interval where id = $1', [id, age]);
  await deleteAt(recent.id, '29 days 23 hours');
  await deleteAt(expired.id, '30 days 1 minute');
  const { db, close } = createDatabase<Database>({
    url: platform.database.urlFor('canvas'),
    applicationName: 'test',
    poolSize: 1,
    onError: () => undefined,
  });
  onTestFinished(close);
  expect(await createCanvasStore(db).purge()).toBe(1);
  expect([await listed(), await listed('?deleted=true')]).toEqual([[kept.id], [recent.id]]);
  expectError(
    await platform.request(`/api/canvas/${expired.id}/undelete`, { method: 'POST' }),
    404,
    'NOT_FOUND',
  );
});

test.each([
  ['title', 'bicycle', { title: 'A Bicycle shop' }],
  ['description', 'SHOP', { businessDescription: 'A shop for bikes' }],
  ['industry', 'retail', { industry: 'Retail' }],
  ['target market', 'commuters', { targetMarket: 'Commuters' }],
  ['items', 'münchen', { channels: ['A stall in München'] }],
  ['literal text', '100%_\\', { channels: ['100%_\\ wool'] }],
])('the list can be searched by %s', async (_, search, content) => {
  await create({ channels: ['1000 channels'] });
  const { id } = await create(content);
  expect(await listed(`?search=${encodeURIComponent(search)}`)).toEqual([id]);
  expect(await listed('?search=channels')).not.toContain(id);
});

test('the list can be sorted by the latest change, in pages', async () => {
  const [first, second, third] = [await create({}), await create({}), await create({})];
  await platform.put(`/api/canvas/${first.id}`, { revision: 1, channels: ['New'] });
  expect(await listed('?sort=updated')).toEqual([first.id, third.id, second.id]);
  const page = await platform.request('/api/canvas?sort=updated&limit=1');
  const { nextCursor } = page.body.pagination;
  expect(await listed(`?sort=updated&limit=1&cursor=${nextCursor}`)).toEqual([third.id]);
  expectError(
    await platform.request(`/api/canvas?sort=created&cursor=${nextCursor}`),
    400,
    'VALIDATION_FAILED',
  );
});
