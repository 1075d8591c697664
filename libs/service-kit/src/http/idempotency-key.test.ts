import { anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import type { Call } from './call.ts';

const route = defineRoute({
  ...words,
  id: 'test.order',
  method: 'POST',
  path: '/test/order',
  auth: anyone,
  body: Type.Object({ loaves: Type.Integer({ description: 'How many.' }) }),
  idempotent: true,
  reply: data(Type.Array(Type.Unknown({ description: 'What was seen.' }))),
});
const { idempotent: _, ...careless } = route;
const seen = (call: Call) => [call.idempotencyKey ?? null, call.bodyText ?? null];

const start = () => startInTest({ routes: [serve(route, seen as never)] });

const body = '{ "loaves" : 2.0 }';

test('the key is handed to the handler, and the body as it came', async () => {
  const order = (await start()).request(route.path, {
    method: 'POST',
    body,
    headers: { 'idempotency-key': 'k' },
  });
  expect((await order).body.data).toEqual(['k', body]);
});

test('a request may do without a key', async () => {
  const order = (await start()).request(route.path, { method: 'POST', body });
  expect((await order).body.data).toEqual([null, body]);
});

test.each([
  ['empty', ''],
  ['longer than 255 characters', 'k'.repeat(256)],
  ['of several words', 'two words'],
  ['not of ASCII', 'schlüssel'],
])('a key that is %s is refused', async (_what, key) => {
  const headers = { 'idempotency-key': key };
  const answer = await (await start()).request(route.path, { method: 'POST', body, headers });
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED', details: [{ path: 'idempotency-key' }] },
  });
});

test('a key of 255 visible characters is as good as any', async () => {
  const headers = { 'idempotency-key': '~'.repeat(255) };
  const answer = await (await start()).request(route.path, { method: 'POST', body, headers });
  expect(answer.status).toBe(200);
});

test('where the contract promises nothing, a key is neither read nor judged, and no text kept', async () => {
  const service = await startInTest({ routes: [serve(careless, seen as never)] });
  const headers = { 'idempotency-key': 'two words' };
  const answer = await service.request(route.path, { method: 'POST', body, headers });
  expect(answer.body.data).toEqual([null, null]);
});
