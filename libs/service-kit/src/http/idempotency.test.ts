import {
  AppError,
  type Contract,
  data,
  defineContract,
  defineRoute,
  type ErrorCode,
  headers as internalHeaders,
  type UserPrincipal,
  user,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { createMemoryIdempotency } from '../test-support/memory-idempotency.ts';
import { type ServiceInTest, startInTest, words } from '../test-support/service-in-test.ts';
import { respond } from './call.ts';
import type { Transaction } from './idempotency.ts';
import { type Handler, implement } from './implement.ts';

const Loaf = Type.Object({
  name: Type.String({ description: 'Name of the loaf.' }),
  baked: Type.Integer({ description: 'Number of loaves baked before.' }),
});

const bake = defineRoute({
  ...words,
  id: 'test.bake',
  method: 'POST',
  path: '/test/ovens/:oven/loaves',
  auth: user,
  params: Type.Object({ oven: Type.String({ description: 'Oven to bake in.' }) }),
  body: Type.Object({ name: Type.String({ description: 'Name of the loaf.' }) }),
  idempotent: true,
  status: 201,
  reply: data(Loaf),
  errors: ['NOT_FOUND', 'CONFLICT', 'BUDGET_EXCEEDED'],
});

const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'One idempotent route.',
  prefixes: ['/test'],
  callers: ['gateway'],
  routes: { bake },
});

/** The service kit passes the transaction to the store and does not use it. */
const transaction = {} as Transaction;
const ada: UserPrincipal = { kind: 'user', userId: 'ada', tier: 'free', role: 'user', permissions: [] };

/** Starts a service whose oven counts the loaves that it bakes, unless `handle` does something else. */
async function startBakery(handle?: Handler<typeof bake>, contractInTest: typeof contract = contract) {
  const store = createMemoryIdempotency();
  let baked = 0;
  const usual: Handler<typeof bake> = ({ body, keep }) => {
    baked += 1;
    return keep(transaction, { name: body.name, baked });
  };
  const routes = implement(contractInTest, { bake: handle ?? usual }, store);
  const service = await startInTest({ contract: contractInTest, routes: routes.served });
  return { service, store, baked: () => baked };
}

interface Order {
  readonly key?: string;
  readonly oven?: string;
  readonly body?: unknown;
  readonly as?: UserPrincipal;
  readonly headers?: Readonly<Record<string, string>>;
}

const order = (
  service: ServiceInTest,
  { key = 'order-1', oven = 'a', body, as = ada, headers = {} }: Order = {},
) =>
  service.request(`/test/ovens/${oven}/loaves`, {
    method: 'POST',
    as,
    body: body ?? { name: 'rye' },
    headers: key === '' ? headers : { 'idempotency-key': key, ...headers },
  });

const storedOnly = { headers: { [internalHeaders.storedAnswerOnly]: 'true' } };

test('a request for a stored answer only gets that answer, or has no effect', async () => {
  const { service, store, baked } = await startBakery();
  expect((await order(service, storedOnly)).status).toBe(404);
  expect([baked(), store.renewed.size]).toEqual([0, 0]);
  expect((await order(service)).status).toBe(201);
  const replayed = await order(service, storedOnly);
  expect([replayed.status, replayed.headers.get('idempotent-replayed'), baked()]).toEqual([201, 'true', 1]);
});

test('the handler of a recoverable route runs for a request for a stored answer, and passes the request on', async () => {
  const recoverable = { ...contract, routes: { bake: { ...bake, isRecoverable: true } } } as const;
  const wanted: unknown[] = [];
  const { service } = await startBakery(({ keep, storedAnswerOnly }) => {
    wanted.push(storedAnswerOnly);
    if (wanted.length === 1) throw new AppError('NOT_FOUND', { retryHelps: true });
    return keep(transaction, { name: 'rye', baked: 1 });
  }, recoverable);
  expect((await order(service, storedOnly)).status).toBe(404);
  expect((await order(service, storedOnly)).status).toBe(201);
  expect((await order(service)).headers.get('idempotent-replayed')).toBe('true');
  expect(wanted).toEqual([true, true]);
});

test('a repeated request is answered with the stored answer, and its handler runs once', async () => {
  const { service, store, baked } = await startBakery();
  const first = await order(service);
  const again = await order(service);
  expect(first).toMatchObject({ status: 201, body: { data: { name: 'rye', baked: 1 } } });
  expect(again.text).toBe(first.text);
  expect(again.status).toBe(201);
  expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  expect(baked()).toBe(1);
  expect(store.renewed.size).toBe(0);
});

test('a request without a key does not use the store and runs each time', async () => {
  const { service, store, baked } = await startBakery();
  await order(service, { key: '' });
  const again = await order(service, { key: '' });
  expect(again.headers.get('idempotent-replayed')).toBeNull();
  expect(baked()).toBe(2);
  expect(store.requests).toEqual([]);
});

test('status and headers of the first answer are replayed with it', async () => {
  const { service } = await startBakery(({ keep }) =>
    keep(transaction, respond(201, { name: 'rye', baked: 1 }, { 'cache-control': 'no-store' })),
  );
  await order(service);
  const again = await order(service);
  expect(again.status).toBe(201);
  expect(again.headers.get('cache-control')).toBe('no-store');
});

test.each<[string, Order]>([
  ['another body', { body: { name: 'spelt' } }],
  ['other path parameters', { oven: 'b' }],
])('the key of a request with %s is refused', async (_what, change) => {
  const { service } = await startBakery();
  await order(service);
  expect(await order(service, change)).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_MISMATCH' },
  });
});

test("another user's request with the same key is a different request", async () => {
  const { service, baked } = await startBakery();
  await order(service);
  await order(service, { as: { ...ada, userId: 'bert' } });
  expect(baked()).toBe(2);
});

test('while the first request runs, the second one gets a retry delay', async () => {
  const { promise: baking, resolve: finish } = Promise.withResolvers<void>();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { service } = await startBakery(async ({ keep }) => {
    start();
    await baking;
    return keep(transaction, { name: 'rye', baked: 1 });
  });
  const first = order(service);
  await started;
  const second = await order(service);
  finish();
  expect(second).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_IN_FLIGHT', retryAfter: 2 } });
  expect(second.headers.get('retry-after')).toBe('2');
  expect((await first).status).toBe(201);
});

/** Fails with an error at the first call, and bakes at the second one. */
function failOnce(error: unknown): Handler<typeof bake> {
  let calls = 0;
  return ({ keep }) => {
    calls += 1;
    if (calls === 1) throw error;
    return keep(transaction, { name: 'rye', baked: 1 });
  };
}

test('a final refusal is replayed with its details', async () => {
  const error = new AppError('CONFLICT', { message: 'The oven is gone.', details: { oven: 'a' } });
  const { service } = await startBakery(failOnce(error));
  await order(service);
  const again = await order(service);
  expect(again).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT', message: 'The oven is gone.', details: { oven: 'a' } },
  });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

test.each<[ErrorCode | 'a defect', unknown]>([
  ['RATE_LIMITED', new AppError('RATE_LIMITED')],
  ['BUDGET_EXCEEDED', new AppError('BUDGET_EXCEEDED')],
  ['IDEMPOTENCY_IN_FLIGHT', new AppError('IDEMPOTENCY_IN_FLIGHT')],
  ['CONFLICT', new AppError('CONFLICT', { retryHelps: true })],
  ['LLM_UNAVAILABLE', new AppError('LLM_UNAVAILABLE')],
  ['a defect', new Error('a defect')],
])('after %s the key is free for another try', async (_what, error) => {
  const { service, store } = await startBakery(failOnce(error));
  expect((await order(service)).status).toBeGreaterThanOrEqual(400);
  expect(await order(service)).toMatchObject({ status: 201 });
  expect(store.renewed.size).toBe(0);
});

test('an answer without an effect in the database is stored once its handler has returned it', async () => {
  let runs = 0;
  const { service } = await startBakery((call) => {
    runs += 1;
    return call.keepAfterwards({ name: 'rye', baked: runs });
  });
  const first = await order(service);
  expect((await order(service)).text).toBe(first.text);
  expect(runs).toBe(1);
});

test('an answer that cannot be stored afterwards is still sent', async () => {
  const { service, store } = await startBakery((call) => call.keepAfterwards({ name: 'rye', baked: 1 }));
  store.failWrites();
  expect(await order(service)).toMatchObject({ status: 201 });
  expect(service.lines).toContainEqual(
    expect.objectContaining({ message: 'idempotency: storing the outcome of a request failed' }),
  );
});

test('a repetition has the same downstream keys after a crash, and new ones after an unusable answer', async () => {
  const keys: (string | undefined)[] = [];
  const bodies = ['{"ask":1}', '{"ask":2}'];
  let calls = 0;
  const { service, store } = await startBakery((call) => {
    calls += 1;
    keys.push(...bodies.map((body) => call.downstreamKey(body)));
    if (calls === 1) store.expire();
    if (calls === 2) call.discardDownstreamAnswers();
    throw new AppError('LLM_BAD_RESPONSE');
  });
  for (const _ of [1, 2, 3]) await order(service);
  const [first, second] = keys;
  expect(first).toMatch(/^test\.bake:0:[\w-]{43}$/);
  expect(second).not.toBe(first);
  expect(keys.slice(2, 4)).toEqual([first, second]);
  expect(keys[4]).toMatch(/^test\.bake:1:/);
  keys.length = 0;
  await order(service, { key: '' });
  expect(keys).toEqual([undefined, undefined]);
});

test('a contract with an idempotent route cannot be implemented without a store', () => {
  const untyped = implement as (contract: Contract, handlers: object) => unknown;
  expect(() => untyped(contract, { bake: () => undefined })).toThrow('test.bake is idempotent');
});
