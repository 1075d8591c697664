import { AppError, data, defineContract, defineRoute, user } from '@valuecanvas/contracts-core';
import { respond } from '@valuecanvas/service-kit';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { userPrincipal } from './callers.ts';
import { type StubHandlers, stubService } from './stub-service.ts';
import { createTestIdentities } from './test-identities.ts';

const route = {
  summary: 'A route',
  description: 'A test route.',
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

test('a stub responds according to its contract', async () => {
  const { get, faults } = await start({ one: () => ({ id: 'a' }) });
  expect(await get('/test/one')).toMatchObject({ status: 200, body: { success: true, data: { id: 'a' } } });
  expect(faults).toEqual([]);
});

test('a stub admits only the callers of its contract', async () => {
  const { stub } = await start({ one: () => ({ id: 'a' }) });
  expect(await stub.request('/test/one')).toMatchObject({ status: 401 });
  const fromRouter = await stub.request('/test/one', { as: userPrincipal(), from: 'llm-router' });
  expect(fromRouter.status).toBe(401);
});

test('calling an operation without a handler is a fault', async () => {
  const { get, faults } = await start({ one: () => ({ id: 'a' }) });
  expect(await get('/test/two')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub has no handler for test.two.']);
});

test('a reply outside the contract is a fault', async () => {
  const { get, faults } = await start({ one: () => ({ id: 7 }) as never });
  expect(await get('/test/one')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub of test.one returned an invalid /id: must be string']);
});

test('a status outside the contract is a fault', async () => {
  const { get, faults } = await start({ one: () => respond(201, { id: 'a' }) });
  expect(await get('/test/one')).toMatchObject({ status: 500 });
  expect(faults).toEqual(['The stub of test.one returned 201, which its contract does not declare.']);
});

test('a handler may throw an error that the contract declares', async () => {
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
  expect(faults).toEqual(['The stub of test.two threw CONFLICT, which its contract does not declare.']);
});
