import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { type Contract, defineContract } from './contract.ts';
import { contractFaults } from './contract-faults.ts';
import type { ErrorCode } from './error-catalogue.ts';
import { listQuery } from './lists.ts';
import { accepted, data, list, raw } from './reply.ts';
import type { RouteDefinition } from './route.ts';
import { anyone, services, user } from './route-auth.ts';

const name = Type.String({ description: 'Name of the loaf.' });

const route: RouteDefinition = {
  id: 'bakery.getLoaf',
  method: 'GET',
  path: '/api/loaves/:loafId',
  summary: 'Get a loaf',
  description: 'One loaf.',
  auth: user,
  params: Type.Object({ loafId: Type.String({ description: 'Id of the loaf.' }) }),
  reply: data(Type.Object({ name }, { description: 'A loaf.' })),
  errors: ['NOT_FOUND'],
};

const contractOf = (...routes: RouteDefinition[]): Contract =>
  defineContract({
    service: 'canvas',
    title: 'Bakery',
    description: 'Loaves.',
    prefixes: ['/api/loaves'],
    callers: ['gateway'],
    routes: Object.fromEntries(routes.map((each, index) => [`route${index}`, each])),
  });

const faultsOf = (change: Partial<RouteDefinition>): string[] =>
  contractFaults(contractOf({ ...route, ...change }));

const Loaf = Type.Object({ name }, { description: 'A loaf.' });
const Job = Type.Object({ statusUrl: Type.String({ description: 'URL of the loaf.' }) });
const undescribed = Type.Object({ crust: Type.String() });

test('a contract that follows the rules has no violations', () => {
  expect(contractFaults(contractOf(route))).toEqual([]);
});

test.each<[string, Partial<RouteDefinition>]>([
  ['events', { events: { rising: Loaf, done: Loaf }, streamMaxMs: 1_000 }],
  ['chunks of another protocol', { chunks: Type.Unknown({ description: 'Anything.' }), streamMaxMs: 1_000 }],
  ['an idempotency key', { method: 'POST', idempotent: true }],
  [
    'an idempotency key whose answers the service stores itself',
    { method: 'POST', idempotent: 'own', reply: raw(Loaf) },
  ],
  ['headers with descriptions', { requestHeaders: { age: name }, responseHeaders: { age: name } }],
])('a route with %s follows the rules', (_what, change) => {
  expect(faultsOf(change)).toEqual([]);
});

test('an internal route may be outside the prefixes', () => {
  expect(faultsOf({ path: '/internal/loaves/:loafId', auth: services('gateway') })).toEqual([]);
});

describe('a contract violates the rules with', () => {
  test.each<[string, Partial<RouteDefinition>, string]>([
    ['an id without its owner', { id: 'getLoaf' }, 'form owner.operation'],
    ['an id in the wrong case', { id: 'Bakery.get_loaf' }, 'form owner.operation'],
    ['no summary', { summary: '' }, 'summary or description is missing'],
    ['no description', { description: '' }, 'summary or description is missing'],
    ['no authorization', { auth: undefined as unknown as typeof user }, 'authorization'],
    ['an unknown error code', { errors: ['BURNT' as ErrorCode] }, 'not in the catalogue'],
    ['a path outside the prefixes', { path: '/api/rolls/:loafId' }, 'outside the prefixes'],
    ['a prefix that ends within a segment', { path: '/api/loavesrolls/:loafId' }, 'outside the prefixes'],
    ['a query field without a description', { query: undescribed }, 'bakery.getLoaf query.crust'],
    ['a path parameter that is missing in params', { path: '/api/loaves/:id' }, 'its path and its params'],
    ['a parameter that is missing in the path', { path: '/api/loaves' }, 'its path and its params'],
    [
      'a body field without a description',
      { method: 'POST', body: undescribed },
      'bakery.getLoaf body.crust',
    ],
    ['a query field without a description', { query: undescribed }, 'bakery.getLoaf query.crust'],
    [
      'a reply field without a description',
      { reply: data(Type.Object({ loaf: undescribed })) },
      'reply.data.loaf.crust',
    ],
    [
      'a list field without a description',
      { query: listQuery(), reply: list(undescribed) },
      'reply.data.crust',
    ],
    ['an accepted job with another status', { status: 200, reply: accepted(Job) }, 'with the status 202'],
    ['an accepted job among other statuses', { otherReplies: { 201: accepted(Job) } }, 'with the status 202'],
    ['a list without a cursor and a limit', { reply: list(Loaf) }, 'its query is not a listQuery'],
    [
      'a field of another reply without a description',
      { otherReplies: { 202: data(undescribed) } },
      'reply.data.crust',
    ],
    ['events without done', { events: { baked: Loaf } }, 'its events lack done'],
    ['a declared error event', { events: { done: Loaf, error: Loaf } }, 'do not declare it'],
    ['two kinds of streams', { events: { done: Loaf }, chunks: Loaf }, 'both events and chunks'],
    ['a chunk field without a description', { chunks: undescribed }, 'chunk.crust'],
    ['a time limit for a stream but no stream', { streamMaxMs: 1_000 }, 'but streams nothing'],
    ['an idempotency key for an idempotent method', { idempotent: true }, 'only a POST'],
    [
      'an idempotency key without a user',
      { method: 'POST', idempotent: true, auth: anyone },
      'belongs to a user',
    ],
    [
      'an idempotency key for a raw answer',
      { method: 'POST', idempotent: true, reply: raw(Loaf) },
      'cannot be stored',
    ],
    [
      'an idempotency key for a stream of another protocol',
      { method: 'POST', idempotent: true, chunks: Loaf },
      'cannot be stored',
    ],
    ['an upper-case header', { responseHeaders: { Age: name } }, 'not in lower case'],
    [
      'a request header without a description',
      { requestHeaders: { age: Type.String() } },
      'request header.age',
    ],
    [
      'a response header without a description',
      { responseHeaders: { age: Type.String() } },
      'response header.age',
    ],
    ['an event field without a description', { events: { baked: undescribed } }, 'event baked.crust'],
    [
      'a field of a union without a description',
      { method: 'POST', body: Type.Union([undescribed, Type.Null()]) },
      'body.crust',
    ],
  ])('%s', (_what, change, fault) => {
    expect(faultsOf(change)).toContainEqual(expect.stringContaining(fault));
  });

  test('the same id twice', () => {
    const twin = { ...route, method: 'DELETE' } as const;
    expect(contractFaults(contractOf(route, twin))).toEqual(['bakery.getLoaf is declared twice.']);
  });

  test('the same method and path twice', () => {
    const twin = { ...route, id: 'bakery.findLoaf' };
    expect(contractFaults(contractOf(route, twin))).toEqual(['GET /api/loaves/:loafId is declared twice.']);
  });
});
