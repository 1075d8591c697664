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
  reply: data(Type.Array(Type.Unknown({ description: 'Values that the handler saw.' }))),
});
const { idempotent: _, ...careless } = route;
const seen = (call: Call) => [call.idempotencyKey ?? null, call.bodyText ?? null];

const start = () => startInTest({ routes: [serve(route, seen as never)] });

const body = '{ "loaves" : 2.0 }';

test('the handler gets the key and the raw body', async () => {
  const order = (await start()).request(route.path, {
    method: 'POST',
    body,
    headers: { 'idempotency-key': 'k' },
  });
  expect((await order).body.data).toEqual(['k', body]);
});

test('the key is optional', async () => {
  const order = (await start()).request(route.path, { method: 'POST', body });
  expect((await order).body.data).toEqual([null, body]);
});

test.each([
  ['empty', ''],
  ['longer than 255 characters', 'k'.repeat(256)],
  ['of several words', 'two words'],
  ['not of ASCII', 'schlüssel'],
])('a key that is %s is rejected', async (_what, key) => {
  const headers = { 'idempotency-key': key };
  const answer = await (await start()).request(route.path, { method: 'POST', body, headers });
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'VALIDATION_FAILED', details: [{ path: 'idempotency-key' }] },
  });
});

test('a key of 255 visible characters is accepted', async () => {
  const headers = { 'idempotency-key': '~'.repeat(255) };
  const answer = await (await start()).request(route.path, { method: 'POST', body, headers });
  expect(answer.status).toBe(200);
});

test('a route without idempotency ignores the key and keeps no raw body', async () => {
  const service = await startInTest({ routes: [serve(careless, seen as never)] });
  const headers = { 'idempotency-key': 'two words' };
  const answer = await service.request(route.path, { method: 'POST', body, headers });
  expect(answer.body.data).toEqual([null, null]);
});
