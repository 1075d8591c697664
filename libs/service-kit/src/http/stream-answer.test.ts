import {
  AppError,
  data,
  defineContract,
  defineRoute,
  type UserPrincipal,
  user,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { createMemoryIdempotency } from '../test-support/memory-idempotency.ts';
import { startInTest, words } from '../test-support/service-in-test.ts';
import { respond } from './call.ts';
import type { Transaction } from './idempotency.ts';
import { type Handler, implement } from './implement.ts';

const described = { description: 'A field.' };
const Loaf = Type.Object({ name: Type.String(described) });
const bake = defineRoute({
  ...words,
  id: 'test.bake',
  method: 'POST',
  path: '/test/loaves',
  auth: user,
  body: Loaf,
  idempotent: true,
  reply: data(Loaf),
  otherReplies: { 202: data(Loaf) },
  events: { rising: Type.Object({ percent: Type.Number(described) }), done: Loaf },
  errors: ['CONFLICT'],
});
const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'A route with events.',
  prefixes: ['/test'],
  callers: ['gateway'],
  routes: { bake },
});

const ada: UserPrincipal = { kind: 'user', userId: 'ada', tier: 'free', role: 'user', permissions: [] };
const transaction = {} as Transaction;
const streaming = 'text/event-stream';

const usual: Handler<typeof bake> = ({ body, send, keep }) => {
  send('rising', { percent: 50 });
  send('rising', { percent: 100 });
  return keep(transaction, body);
};

/** Sends orders to a service with this handler. The store of answers is that of the service. */
async function startBakery(handle: Handler<typeof bake> = usual) {
  const store = createMemoryIdempotency();
  const service = await startInTest({
    contract,
    routes: implement(contract, { bake: handle }, store).served,
  });
  return (accept = streaming, key = '') =>
    service.request('/test/loaves', {
      method: 'POST',
      as: ada,
      body: { name: 'rye' },
      headers: { accept, ...(key === '' ? {} : { 'idempotency-key': key }) },
    });
}

const event = (name: string, id: number, value: unknown) =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(value)}\n\n`;

test('a client that prefers a stream gets the events and the answer as done', async () => {
  const order = await startBakery();
  const answer = await order();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe(streaming);
  expect(answer.text).toBe(
    event('rising', 1, { percent: 50 }) +
      event('rising', 2, { percent: 100 }) +
      event('done', 3, { name: 'rye' }),
  );
});

test.each(['application/json', '*/*', 'application/json, text/event-stream;q=0.5'])(
  'a client that accepts %s gets one JSON answer',
  async (accept) => {
    const order = await startBakery();
    expect(await order(accept)).toMatchObject({ status: 200, body: { data: { name: 'rye' } } });
  },
);

test('a failure before the first event has its usual status', async () => {
  const order = await startBakery(() => {
    throw new AppError('CONFLICT');
  });
  expect(await order()).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
});

test('a failure after the first event is sent as an error and ends the stream', async () => {
  const order = await startBakery(({ send }) => {
    send('rising', { percent: 50 });
    throw new AppError('CONFLICT');
  });
  const { status, text } = await order();
  expect(status).toBe(200);
  expect(text).toMatch(/^event: rising\n.*\n.*\n\nevent: error\nid: 2\ndata: \{.*"code":"CONFLICT".*\}\n\n$/);
});

test('another status before the first event is answered with JSON', async () => {
  const order = await startBakery(({ body, keep }) => keep(transaction, respond(202, body)));
  expect(await order()).toMatchObject({ status: 202, body: { data: { name: 'rye' } } });
});

test('a stored answer is replayed in the form that the client prefers now', async () => {
  const order = await startBakery();
  await order(streaming, 'order-1');
  const [streamed, whole] = [await order(streaming, 'order-1'), await order('*/*', 'order-1')];
  expect(streamed.text).toBe(event('done', 1, { name: 'rye' }));
  expect(whole.body).toEqual({ success: true, data: { name: 'rye' } });
  for (const { headers } of [streamed, whole]) expect(headers.get('idempotent-replayed')).toBe('true');
});
