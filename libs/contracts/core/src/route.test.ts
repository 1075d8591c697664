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
  test('are those of any route where it takes nothing from anyone', () => {
    expect(errorsOf(route)).toEqual(always);
  });

  test.each([{ params: fields }, { query: fields }])(
    'name invalid input where it takes some: %o',
    (input) => {
      expect(errorsOf({ ...route, ...input })).toEqual([...always, 'VALIDATION_FAILED']);
    },
  );

  test('name what can be wrong with a body', () => {
    expect(errorsOf({ ...route, body: fields })).toEqual([
      ...always,
      'VALIDATION_FAILED',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
  });

  test('name missing rights unless anyone may call it', () => {
    expect(errorsOf({ ...route, auth: user })).toEqual([...always, 'FORBIDDEN']);
  });

  test('name what can be wrong with an idempotency key where it honours one', () => {
    expect(errorsOf({ ...route, idempotent: true })).toEqual([
      ...always,
      'VALIDATION_FAILED',
      'IDEMPOTENCY_IN_FLIGHT',
      'IDEMPOTENCY_MISMATCH',
    ]);
  });

  test('name each code once, its own at the end', () => {
    expect(errorsOf({ ...route, errors: ['RATE_LIMITED', 'CONFLICT'] })).toEqual([...always, 'CONFLICT']);
  });
});
