import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { empty } from './reply.ts';
import { errorsOf, type RouteDefinition } from './route.ts';
import { anyone, user } from './route-auth.ts';

const route: RouteDefinition = {
  id: 'bakery.listLoaves',
  method: 'GET',
  path: '/api/loaves',
  summary: 'List loaves',
  description: 'All loaves.',
  auth: anyone,
  reply: empty,
  errors: [],
};

const always = ['RATE_LIMITED', 'INTERNAL_ERROR', 'DEADLINE_EXCEEDED', 'UNAUTHENTICATED'];
const fields = Type.Object({ name: Type.String() });

describe('the errors of a route', () => {
  test('include only the common codes for a route without input or authorization', () => {
    expect(errorsOf(route)).toEqual(always);
  });

  test.each([{ params: fields }, { query: fields }])(
    'include invalid input for a route with input: %o',
    (input) => {
      expect(errorsOf({ ...route, ...input })).toEqual([...always, 'VALIDATION_FAILED']);
    },
  );

  test('include the codes for an invalid body', () => {
    expect(errorsOf({ ...route, body: fields })).toEqual([
      ...always,
      'VALIDATION_FAILED',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
  });

  test('include missing permission unless anyone may call the route', () => {
    expect(errorsOf({ ...route, auth: user })).toEqual([...always, 'FORBIDDEN']);
  });

  test('include the codes for an idempotency key if the route supports one', () => {
    const keyed = [...always, 'VALIDATION_FAILED', 'IDEMPOTENCY_IN_FLIGHT', 'IDEMPOTENCY_MISMATCH'];
    expect(errorsOf({ ...route, idempotent: 'own' })).toEqual(keyed);
    expect(errorsOf({ ...route, idempotent: true })).toEqual([...keyed, 'DEPENDENCY_UNAVAILABLE']);
  });

  test('list each code once, the route’s own at the end', () => {
    expect(errorsOf({ ...route, errors: ['RATE_LIMITED', 'CONFLICT'] })).toEqual([...always, 'CONFLICT']);
  });
});
