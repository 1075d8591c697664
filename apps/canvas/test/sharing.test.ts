import type { TestAnswer } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { expectError, knownBlocks, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const anonymous = { as: { kind: 'anonymous' } } as const;

const share = (id: string, body: object = {}): Promise<TestAnswer> =>
  platform.post(`/api/canvas/${id}/shares`, body);
const open = (token: string, suffix = ''): Promise<TestAnswer> =>
  platform.request(`/api/shared/${token}${suffix}`, anonymous);

test('anyone with the link sees the current canvas, and nothing of its owner', async () => {
  const { id, title, businessDescription, industry, targetMarket } = await platform.aCanvas();
  const { status, body } = await share(id);
  expect(status).toBe(201);
  const { token, url } = body.data;
  expect(url).toBe(`/api/shared/${token}`);
  await platform.put(`/api/canvas/${id}`, { revision: 1, channels: ['New'] });
  const shared = await open(token);
  expect(shared.status).toBe(200);
  expect(shared.body.data).toEqual({
    title,
    businessDescription,
    industry,
    targetMarket,
    ...knownBlocks,
    channels: ['New'],
    revision: 2,
    updatedAt: expect.any(String),
  });
  for (const { headers } of [shared, await open(token, '/export?format=md')]) {
    expect(headers.get('x-robots-tag')).toBe('noindex');
    expect(headers.get('cache-control')).toBe('no-store');
  }
  expect(JSON.stringify((await open(token, '/export')).body)).not.toContain(platform.user.userId);
});

test('a link stops working when it is revoked, expires, or its canvas is deleted', async () => {
  const { id } = await platform.aCanvas();
  const [revoked, expired, orphaned] = [
    await share(id),
    await share(id, { expiresInDays: 1 }),
    await share(id),
  ];
  const { sid, token } = { sid: revoked.body.data.id, token: revoked.body.data.token };
  expect((await platform.request(`/api/canvas/${id}/shares/${sid}`, { method: 'DELETE' })).status).toBe(204);
  expectError(await open(token), 404, 'NOT_FOUND');
  expectError(
    await platform.request(`/api/canvas/${id}/shares/${sid}`, { method: 'DELETE' }),
    404,
    'NOT_FOUND',
  );
  expect((await open(expired.body.data.token)).status).toBe(200);
  await platform.database.query(`update vc_private.canvas_shares set expires_at = now() where id = $1`, [
    expired.body.data.id,
  ]);
  expectError(await open(expired.body.data.token), 404, 'NOT_FOUND');
  await platform.request(`/api/canvas/${id}`, { method: 'DELETE' });
  expectError(await open(orphaned.body.data.token), 404, 'NOT_FOUND');
  expectError(await open(orphaned.body.data.token, '/export'), 404, 'NOT_FOUND');
});

test('links are listed newest first, without their secrets, which are stored as hashes', async () => {
  const { id } = await platform.aCanvas();
  const first = (await share(id, { expiresInDays: 30 })).body.data;
  const second = (await share(id)).body.data;
  const { body } = await platform.request(`/api/canvas/${id}/shares`);
  expect(body.data).toEqual([
    { id: second.id, createdAt: second.createdAt },
    { id: first.id, createdAt: first.createdAt, expiresAt: first.expiresAt },
  ]);
  const days = (Date.parse(first.expiresAt) - Date.parse(first.createdAt)) / 86_400_000;
  expect(days).toBeCloseTo(30, 2);
  const rows = await platform.database.query<{ text: string }>(
    'select canvas_shares::text as text from vc_private.canvas_shares where canvas_id = $1',
    [id],
  );
  expect(rows).toHaveLength(2);
  expect(rows.map(({ text }) => text).join()).not.toContain(first.token);
});

test('the list shows when a link was last opened, to the minute, and never for links that do not work', async () => {
  const { id } = await platform.aCanvas();
  const { data } = (await share(id)).body;
  const lastOpening = async () =>
    (await platform.request(`/api/canvas/${id}/shares`)).body.data[0].lastOpenedAt as string | undefined;
  const setTimes = (times: string) =>
    platform.database.query(`update vc_private.canvas_shares set ${times} where id = $1`, [data.id]);
  expect(await lastOpening()).toBeUndefined();
  await open(data.token);
  const first = await lastOpening();
  expect(Math.abs(Date.parse(first ?? '') - Date.now())).toBeLessThan(60_000);
  await open(data.token, '/export?format=md');
  expect(await lastOpening()).toBe(first);
  await setTimes(`last_opened_at = '2026-01-01'`);
  await open(data.token, '/export?format=md');
  expect(Date.parse((await lastOpening()) ?? '')).toBeGreaterThan(Date.parse('2026-01-02'));
  await setTimes(`last_opened_at = '2026-01-01', expires_at = now()`);
  expectError(await open(data.token), 404, 'NOT_FOUND');
  expect(await lastOpening()).toBe('2026-01-01T00:00:00.000Z');
});

test('another user can neither share a canvas nor see or revoke its links', async () => {
  const { id } = await platform.aCanvas();
  const { data } = (await share(id)).body;
  const as = await platform.database.createUser({ role: 'admin' });
  const refused = [
    await platform.post(`/api/canvas/${id}/shares`, {}, { as }),
    await platform.request(`/api/canvas/${id}/shares`, { as }),
    await platform.request(`/api/canvas/${id}/shares/${data.id}`, { method: 'DELETE', as }),
  ];
  for (const answer of refused) expectError(answer, 404, 'NOT_FOUND');
  expect((await open(data.token)).status).toBe(200);
});

test('unknown secrets and canvases are not found', async () => {
  expectError(await open('x'.repeat(43)), 404, 'NOT_FOUND');
  expectError(await open('short'), 400, 'VALIDATION_FAILED');
  expectError(await share(uuidv7()), 404, 'NOT_FOUND');
  const { id } = await platform.aCanvas();
  expectError(await share(id, { expiresInDays: 0 }), 400, 'VALIDATION_FAILED');
});
