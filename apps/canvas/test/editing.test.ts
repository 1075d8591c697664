import { sections } from '@valuecanvas/contracts-canvas';
import { createDatabase } from '@valuecanvas/postgres';
import { eventually, type TestAnswer } from '@valuecanvas/testing';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const historyOf = async (id: string) => (await platform.request(`/api/canvas/${id}/revisions`)).body.data;

const restore = (id: string, revision: number) =>
  platform.request(`/api/canvas/${id}/revisions/${revision}/restore`, { method: 'POST' });

function expectStale(answer: TestAnswer, currentRevision: number): void {
  expectError(answer, 409, 'CONFLICT');
  expect(answer.body.details).toEqual({ currentRevision });
}

test('an update replaces the given fields, keeps the others and creates the next revision', async () => {
  const canvas = await platform.aCanvas();
  const change = { businessDescription: 'A bakery and café', channels: ['Door to door'], keyPartners: [] };
  const { status, body } = await platform.put(`/api/canvas/${canvas.id}`, { revision: 1, ...change });
  expect(status).toBe(200);
  expect(body.data).toEqual({ ...canvas, ...change, revision: 2, updatedAt: expect.any(String) });
  expect((await platform.request(`/api/canvas/${canvas.id}`)).body.data).toEqual(body.data);
});

test('a change whose If-Match names an older revision is refused', async () => {
  const { id } = await platform.aCanvas();
  const url = `/api/canvas/${id}`;
  const older = { 'if-match': '"1"' };
  const update = (revision: number) =>
    platform.request(url, { method: 'PUT', body: { revision, channels: ['Web'] }, headers: older });
  expect((await update(1)).headers.get('etag')).toBe('"2"');
  const refusals = [await update(2), await platform.request(url, { method: 'DELETE', headers: older })];
  for (const answer of refusals) {
    expectError(answer, 409, 'CONFLICT');
    expect(answer.body.details).toEqual({ currentVersion: 2 });
  }
  expect((await platform.request(url)).headers.get('etag')).toBe('"2"');
  const current = { method: 'DELETE', headers: { 'if-match': '"2"' } };
  expect((await platform.request(url, current)).status).toBe(204);
});

test('suggestions are appended to a block without duplicates, or replace it', async () => {
  const { id, channels } = await platform.aCanvas();
  const apply = { section: 'channels', suggestions: ['New', channels[0]] };
  const appended = await platform.post(`/api/canvas/${id}/apply`, { ...apply, mode: 'append', revision: 1 });
  expect(appended.body.data).toMatchObject({ revision: 2, channels: [...channels, 'New'] });
  const replaced = await platform.post(`/api/canvas/${id}/apply`, { ...apply, mode: 'replace', revision: 2 });
  expect(replaced.body.data).toMatchObject({ revision: 3, channels: ['New', channels[0]] });
});

test('a block holds at most fifty items', async () => {
  const { id } = await platform.aCanvas();
  const suggestions = Array.from({ length: 49 }, (_, index) => `Item ${index}`);
  const body = { section: 'channels', suggestions, mode: 'append', revision: 1 };
  const answer = await platform.post(`/api/canvas/${id}/apply`, body);
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).toEqual([{ path: 'suggestions', message: expect.stringContaining('50') }]);
});

test('the history lists the source and the changed blocks of each revision, newest first', async () => {
  const { id } = await platform.aCanvas();
  const change = {
    revision: 1,
    businessDescription: 'Another one',
    channels: ['New'],
    costStructure: ['Rent'],
  };
  await platform.put(`/api/canvas/${id}`, change);
  const apply = { section: 'keyPartners', suggestions: ['Millers'], mode: 'append', revision: 2 };
  await platform.post(`/api/canvas/${id}/apply`, apply);
  await restore(id, 1);
  expect(await historyOf(id)).toEqual([
    {
      revision: 4,
      createdAt: expect.any(String),
      source: 'restore',
      changed: ['keyPartners', 'channels', 'costStructure'],
    },
    { revision: 3, createdAt: expect.any(String), source: 'apply', changed: ['keyPartners'] },
    { revision: 2, createdAt: expect.any(String), source: 'edit', changed: ['channels', 'costStructure'] },
    { revision: 1, createdAt: expect.any(String), source: 'generate', changed: sections },
  ]);
});

test('a restored revision becomes the current one under a new number', async () => {
  const canvas = await platform.aCanvas();
  await platform.put(`/api/canvas/${canvas.id}`, { revision: 1, businessDescription: 'Other', channels: [] });
  const { status, body } = await restore(canvas.id, 1);
  expect(status).toBe(200);
  expect(body.data).toEqual({ ...canvas, revision: 3, updatedAt: expect.any(String) });
});

test('a revision that never existed cannot be restored', async () => {
  const { id } = await platform.aCanvas();
  expectError(await restore(id, 2), 404, 'NOT_FOUND');
  expectError(await restore(id, 0), 400, 'VALIDATION_FAILED');
});

test('a change based on an outdated revision is rejected with the current revision number', async () => {
  const { id } = await platform.aCanvas();
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: ['First'] });
  const apply = { section: 'channels', suggestions: ['Late'], mode: 'replace' };
  for (const revision of [1, 3]) {
    expectStale(await platform.put(`/api/canvas/${id}`, { revision, channels: ['Late'] }), 2);
    expectStale(await platform.post(`/api/canvas/${id}/apply`, { ...apply, revision }), 2);
  }
  expect((await platform.request(`/api/canvas/${id}`)).body.data).toMatchObject({
    revision: 2,
    channels: ['First'],
  });
});

/** Starts `work` while the canvas is locked, and releases the lock when the given number of writers wait for it. */
async function whileLocked<T>(id: string, writers: number, work: () => Promise<T>): Promise<T> {
  const { db, close } = createDatabase<object>({
    url: platform.database.ownerUrl,
    applicationName: 'lock',
    poolSize: 2,
    onError: () => undefined,
  });
  onTestFinished(close);
  const running = await db.transaction().execute(async (tx) => {
    await sql`select from canvases where id = ${id} for update`.execute(tx);
    const started = work();
    await eventually(async () => {
      const waiting = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      expect(waiting.rows).toHaveLength(writers);
    });
    return { started };
  });
  return running.started;
}

test('exactly one of several concurrent changes succeeds, and the others get CONFLICT', async () => {
  const { id } = await platform.aCanvas();
  const writers = 8;
  const answers = await whileLocked(id, writers, () =>
    Promise.all(
      Array.from({ length: writers }, (_, writer) =>
        platform.put(`/api/canvas/${id}`, { revision: 1, channels: [`Writer ${writer}`] }),
      ),
    ),
  );
  const [won, ...others] = answers.toSorted((a, b) => a.status - b.status);
  expect(won?.status).toBe(200);
  for (const answer of others) expectStale(answer, 2);
  expect((await platform.request(`/api/canvas/${id}`)).body.data).toEqual(won?.body.data);
  expect(await historyOf(id)).toHaveLength(2);
});

test('a deleted canvas is no longer found', async () => {
  const { id } = await platform.aCanvas();
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: ['New'] });
  const deleted = await platform.request(`/api/canvas/${id}`, { method: 'DELETE' });
  expect(deleted).toMatchObject({ status: 204, body: '' });
  expectError(await platform.request(`/api/canvas/${id}`), 404, 'NOT_FOUND');
  expectError(await platform.request(`/api/canvas/${id}/revisions`), 404, 'NOT_FOUND');
});

test.each([
  ['no revision', { channels: [] }],
  ['an unknown field', { revision: 1, chanels: ['New'] }],
  ['another owner', { revision: 1, userId: 'me' }],
  ['another id', { revision: 1, id: '01933333-3333-7333-8333-333333333333' }],
  ['an empty item', { revision: 1, channels: [''] }],
  ['an item that is too long', { revision: 1, channels: ['x'.repeat(1_001)] }],
  ['too many items', { revision: 1, channels: Array.from({ length: 51 }, () => 'x') }],
  ['a description that is too short', { revision: 1, businessDescription: 'ab' }],
])('an update with %s is rejected', async (_, body) => {
  const { id } = await platform.aCanvas();
  const answer = await platform.put(`/api/canvas/${id}`, body);
  expectError(answer, 400, 'VALIDATION_FAILED');
  expect(answer.body.details).not.toEqual([]);
});

test.each([
  ['an unknown section', { section: 'weather' }],
  ['no suggestions', { suggestions: [] }],
  ['an unknown mode', { mode: 'prepend' }],
])('suggestions with %s are rejected', async (_, fault) => {
  const { id } = await platform.aCanvas();
  const body = { section: 'channels', suggestions: ['New'], mode: 'append', revision: 1, ...fault };
  expectError(await platform.post(`/api/canvas/${id}/apply`, body), 400, 'VALIDATION_FAILED');
});
