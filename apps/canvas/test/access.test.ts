import { canvasContract } from '@valuecanvas/contracts-canvas';
import { bodyLimitOf, permissions } from '@valuecanvas/contracts-core';
import type { TestRequest } from '@valuecanvas/testing';
import { apiKeyPrincipal } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { aBakery, expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();

const onCanvas = (id: string): [path: string, request: TestRequest][] => [
  [`/api/canvas/${id}`, {}],
  [`/api/canvas/${id}`, { method: 'PUT', body: { revision: 1, channels: [] } }],
  [`/api/canvas/${id}`, { method: 'DELETE' }],
  [`/api/canvas/${id}/refine`, { method: 'POST', body: { section: 'channels' } }],
  [
    `/api/canvas/${id}/apply`,
    { method: 'POST', body: { section: 'channels', suggestions: ['x'], mode: 'append', revision: 1 } },
  ],
  [`/api/canvas/${id}/revisions`, {}],
  [`/api/canvas/${id}/revisions/1/restore`, { method: 'POST' }],
];

const everywhere = (id: string): [path: string, request: TestRequest][] => [
  ...onCanvas(id),
  ['/api/canvas', {}],
  ['/api/canvas/generate', { method: 'POST', body: aBakery }],
];

async function codes(requests: [string, TestRequest][], by: TestRequest): Promise<string[]> {
  const answers = await Promise.all(
    requests.map(([path, request]) => platform.request(path, { ...request, ...by })),
  );
  return [...new Set(answers.map(({ status, body }) => `${status} ${body.code}`))];
}

test('another user’s canvas is 404 for every operation', async () => {
  const canvas = await platform.aCanvas();
  const other = await platform.database.createUser({ role: 'admin' });
  expect(await codes(onCanvas(canvas.id), { as: other })).toEqual(['404 NOT_FOUND']);
  expect((await platform.request(`/api/canvas/${canvas.id}`)).body.data).toEqual(canvas);
  expect(platform.neighbours.asked).toEqual([]);
});

test('a canvas that never existed is 404', async () => {
  expect(await codes(onCanvas(uuidv7()), {})).toEqual(['404 NOT_FOUND']);
});

test('an invalid id is rejected', async () => {
  expect(await codes(onCanvas('none'), {})).toEqual(['400 VALIDATION_FAILED']);
});

test('every route requires a signed-in user', async () => {
  expect(await codes(everywhere(uuidv7()), { as: { kind: 'anonymous' } })).toEqual(['401 UNAUTHENTICATED']);
});

test('an API key cannot access a canvas, even with every permission', async () => {
  const as = apiKeyPrincipal(permissions);
  expect(await codes(everywhere(uuidv7()), { as })).toEqual(['403 FORBIDDEN']);
});

test('only the gateway and the job worker may call on behalf of users', async () => {
  expect(await codes(everywhere(uuidv7()), { from: 'llm-router' })).toEqual(['401 UNAUTHENTICATED']);
  expect((await platform.request('/api/canvas', { from: 'job-worker' })).status).toBe(200);
});

test('a body above the limit, or not in JSON, is rejected', async () => {
  const { id } = await platform.aCanvas();
  const large = { revision: 1, channels: ['x'.repeat(bodyLimitOf(canvasContract.routes.updateCanvas))] };
  expectError(await platform.put(`/api/canvas/${id}`, large), 413, 'PAYLOAD_TOO_LARGE');
  const text = { headers: { 'content-type': 'text/plain' } };
  expectError(await platform.put(`/api/canvas/${id}`, 'revision=1', text), 415, 'UNSUPPORTED_MEDIA_TYPE');
});
