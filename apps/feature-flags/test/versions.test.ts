import type { TestAnswer, TestService } from '@valuecanvas/testing';
import { userPrincipal } from '@valuecanvas/testing';
import { beforeAll, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
let service: TestService;

beforeAll(async () => {
  service = await platform.startReplica();
});

const send = (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> =>
  service.request(path, { method, as: admin, headers, ...(body === undefined ? {} : { body }) });

let made = 0;

async function create(settings: object): Promise<string> {
  const key = `versioned_${made++}`;
  expect((await send('POST', '/api/flags', { key, ...settings })).status).toBe(201);
  return `/api/flags/${key}`;
}

test('every change leaves a version, listed newest first by pages', async () => {
  const path = await create({ description: 'first' });
  await send('PUT', path, { description: 'second' });
  await send('PUT', path, { enabled: true });
  const first = await send('GET', `${path}/versions?limit=2`);
  expect(first.body.data).toMatchObject([
    { version: 3, settings: { description: 'second', enabled: true } },
    { version: 2, settings: { description: 'second', enabled: false } },
  ]);
  const { nextCursor } = first.body.pagination;
  const second = await send('GET', `${path}/versions?limit=2&cursor=${encodeURIComponent(nextCursor)}`);
  expect(second.body.data).toMatchObject([{ version: 1, settings: { description: 'first' } }]);
});

test('restoring puts back all settings as a new version, and the kill switch of that version with them', async () => {
  const settings = {
    enabled: true,
    rolloutPercentage: 20,
    variants: [{ name: 'red', weight: 1, value: '#f00' }],
    defaultVariant: 'red',
    rules: [{ when: { attribute: 'plan', operator: 'equals', values: ['gold'] }, variant: 'red' }],
  };
  const path = await create(settings);
  const change = { enabled: false, rules: [], defaultVariant: '', variants: [], rolloutPercentage: 100 };
  expect((await send('PUT', path, change)).status).toBe(200);
  const { status, body, headers } = await send('POST', `${path}/versions/1/restore`);
  expect([status, headers.get('etag')]).toEqual([200, '"3"']);
  expect(body.data).toMatchObject({ ...settings, version: 3 });
  expect((await send('GET', path)).body.data).toEqual(body.data);
  const evaluated = await service.request('/api/flags/evaluate', { as: userPrincipal() });
  expect(evaluated.body.data.flags[path.slice('/api/flags/'.length)].value).toBeDefined();
});

test('a flag that an earlier release has stored gets its version with the next change', async () => {
  const path = '/api/flags/new_canvas_ui';
  expect((await send('GET', `${path}/versions`)).body.data).toEqual([]);
  await send('PUT', path, { enabled: true });
  const { body } = await send('GET', `${path}/versions`);
  expect(body.data.map((each: { version: number }) => each.version)).toEqual([2, 1]);
  expect((await send('POST', `${path}/versions/1/restore`)).body.data.enabled).toBe(false);
});

test('restoring is refused for an outdated If-Match, an unknown version and settings that are no longer possible', async () => {
  const parent = await create({ enabled: true });
  const parentKey = parent.slice('/api/flags/'.length);
  const path = await create({ enabled: true, prerequisites: [{ key: parentKey }] });
  await send('PUT', path, { prerequisites: [] });
  const stale = await send('POST', `${path}/versions/1/restore`, undefined, { 'if-match': '"1"' });
  expect([stale.status, stale.body.code]).toEqual([409, 'CONFLICT']);
  expect((await send('POST', `${path}/versions/9/restore`)).status).toBe(404);
  expect((await send('GET', '/api/flags/absent/versions')).status).toBe(404);
  await send('DELETE', parent);
  const impossible = await send('POST', `${path}/versions/1/restore`);
  expect([impossible.status, impossible.body.details[0].path]).toEqual([400, 'prerequisites.0.key']);
});

test('a deleted flag takes its versions with it, so that a new flag with its key starts at version 1', async () => {
  const path = await create({ description: 'old' });
  await send('DELETE', path);
  await send('POST', '/api/flags', { key: path.slice('/api/flags/'.length), description: 'new' });
  const { body } = await send('GET', `${path}/versions`);
  expect(body.data).toMatchObject([{ version: 1, settings: { description: 'new' } }]);
});
