import { anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { startInTest, words } from '../test-support/service-in-test.ts';
import { serve } from './call.ts';

const route = defineRoute({
  ...words,
  id: 'test.hello',
  method: 'GET',
  path: '/test/hello',
  auth: anyone,
  reply: data(Type.String({ description: 'The id of the request.' })),
});

const start = () => startInTest({ routes: [serve(route, ({ requestId }) => requestId)] });

test('a request id that the caller brings is kept: in the call, in the answer and in failures', async () => {
  const service = await start();
  const headers = { 'x-request-id': 'Chosen_by.the-caller-1' };
  const answer = await service.request('/test/hello', { headers });
  expect([answer.body.data, answer.headers.get('x-request-id')]).toEqual([
    'Chosen_by.the-caller-1',
    'Chosen_by.the-caller-1',
  ]);
  expect((await service.request('/test/none', { headers })).body.requestId).toBe('Chosen_by.the-caller-1');
});

test('a request without an id gets a new one', async () => {
  const service = await start();
  const [first, second] = await Promise.all([service.request('/test/hello'), service.request('/test/hello')]);
  expect(first.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
});

test.each([['short'], ['a'.repeat(129)], ['has some spaces'], ['"quoted-and-long"'], ['with/slash/es']])(
  'the request id %j, which could break a log or a header, is replaced',
  async (id) => {
    const service = await start();
    const answer = await service.request('/test/hello', { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test.each([
  ['GET', '/test/none?secret=1', 'There is no GET /test/none.'],
  ['POST', '/test/hello', 'There is no POST /test/hello.'],
  ['HEAD', '/test/hello', undefined],
])('%s %s is not found', async (method, path, message) => {
  const service = await start();
  const { status, body } = await service.request(path, { method });
  expect(status).toBe(404);
  if (message) expect(body).toMatchObject({ code: 'NOT_FOUND', message });
});
