import { AppError, data, defineContract, defineRoute, user } from '@valuecanvas/contracts-core';
import { respond } from '@valuecanvas/service-kit';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { userPrincipal } from './callers.ts';
import { type StubHandlers, stubService } from './stub-service.ts';
import { createTestIdentities } from './test-identities.ts';

const route = {
  summary: 'A route',
  description: 'A route of a test.',
  auth: user,
  errors: ['NOT_FOUND'],
  method: 'GET',
  reply: data(Type.Object({ id: Type.String({ description: 'An id.' }) })),
} as const;
const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'Two routes.',
  prefixes: ['/test'],
  callers: ['gateway'],
  routes: {
    one: defineRoute({ ...route, id: 'test.one', path: '/test/one' }),
    two: defineRoute({ ...route, id: 'test.two', path: '/test/two' }),
  },
});
const identities = await createTestIdentities();

async function start(handlers: StubHandlers<typeof contract>) {
  const faults: string[] = [];
  const stub = await stubService(contract, handlers, identities, ({ message }) => faults.push(message));
  onTestFinished(() => stub.stop());
  return { faults, get: (path: string) => stub.request(path, { as: userPrincipal() }), stub };
}

test('a stub answers as its contract says', async () => {
  const { get, faults } = await start({ one: () => ({ id: 'a' }) });
  expect(await get('/test/one')).toMatchObject({ status: 200, body: { success: true, data: { id: 'a' } } });
  expect(faults).toEqual([]);
});

test('a stub admits only the callers that its contract names', async () => {
  const { stub } = await start({ one: () => ({ id: 'a' }) });
  expect(await stub.request('/test/one')).toMatchObject({ status: 401 });
  const fromRouter = await stub.request('/test/one', { as: userPrincipal(), from: 'llm-router' });
  expect(fromRouter.status).toBe(401);
});

test('an operation without a handler is a fault', async () => {
  const { get, faults } = await start({ one: () => ({ id: 'a' }) });
  expect(await get('/test/two')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub has no handler for test.two.']);
});

test('a reply that the contract does not allow is a fault', async () => {
  const { get, faults } = await start({ one: () => ({ id: 7 }) as never });
  expect(await get('/test/one')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub of test.one answered with a wrong /id: must be string']);
});

test('a status that the contract does not name is a fault', async () => {
  const { get, faults } = await start({ one: () => respond(201, { id: 'a' }) });
  expect(await get('/test/one')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub of test.one answered 201, which its contract does not name.']);
});

test('an error may be answered if the contract names its code', async () => {
  const { get, faults } = await start({
    one() {
      throw new AppError('NOT_FOUND');
    },
    two() {
      throw new AppError('CONFLICT');
    },
  });
  expect(await get('/test/one')).toMatchObject({ status: 404 });
  expect(faults).toEqual([]);
  expect(await get('/test/two')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub of test.two threw CONFLICT, which its contract does not name.']);
});
