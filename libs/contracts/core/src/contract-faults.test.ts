import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { type Contract, defineContract } from './contract.ts';
import { contractFaults } from './contract-faults.ts';
import type { ErrorCode } from './error-catalogue.ts';
import { data, list } from './reply.ts';
import type { RouteDefinition } from './route.ts';
import { services, user } from './route-auth.ts';

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
const undescribed = Type.Object({ crust: Type.String() });

test('a contract that keeps the rules has no faults', () => {
  expect(contractFaults(contractOf(route))).toEqual([]);
});

test.each<[string, Partial<RouteDefinition>]>([
  ['events', { events: { rising: Loaf, done: Loaf }, streamMaxMs: 1_000 }],
  [
    'the stream of another protocol',
    { chunks: Type.Unknown({ description: 'Anything.' }), streamMaxMs: 1_000 },
  ],
  ['an idempotency key', { method: 'POST', idempotent: true }],
  ['headers with words', { requestHeaders: { age: name }, responseHeaders: { age: name } }],
])('a route with %s keeps the rules', (_what, change) => {
  expect(faultsOf(change)).toEqual([]);
});

test('an internal route may lie outside the prefixes', () => {
  expect(faultsOf({ path: '/internal/loaves/:loafId', auth: services('gateway') })).toEqual([]);
});

describe('a fault is', () => {
  test.each<[string, Partial<RouteDefinition>, string]>([
    ['an id without its owner', { id: 'getLoaf' }, 'form owner.operation'],
    ['an id in the wrong case', { id: 'Bakery.get_loaf' }, 'form owner.operation'],
    ['no summary', { summary: '' }, 'summary and description are needed'],
    ['no description', { description: '' }, 'summary and description are needed'],
    ['no word on who may call', { auth: undefined as unknown as typeof user }, 'who may call it'],
    ['an unknown error code', { errors: ['BURNT' as ErrorCode] }, 'not in the catalogue'],
    ['a path under no prefix', { path: '/api/rolls/:loafId' }, 'under none of the prefixes'],
    [
      'a prefix that ends within a segment',
      { path: '/api/loavesrolls/:loafId' },
      'under none of the prefixes',
    ],
    [
      'a parameter of the path that is not described',
      { path: '/api/loaves/:id' },
      'its path and in its params',
    ],
    ['a parameter that is not in the path', { path: '/api/loaves' }, 'its path and in its params'],
    ['a body field without words', { method: 'POST', body: undescribed }, 'bakery.getLoaf body.crust'],
    ['a query field without words', { query: undescribed }, 'bakery.getLoaf query.crust'],
    [
      'a reply field without words',
      { reply: data(Type.Object({ loaf: undescribed })) },
      'reply.data.loaf.crust',
    ],
    ['a field of a list without words', { reply: list(undescribed) }, 'reply.data.crust'],
    [
      'a field of another reply without words',
      { otherReplies: { 202: data(undescribed) } },
      'reply.data.crust',
    ],
    ['events that nothing ends', { events: { baked: Loaf } }, 'its events lack done'],
    ['an error event of its own', { events: { done: Loaf, error: Loaf } }, 'leave it out'],
    ['two kinds of streams', { events: { done: Loaf }, chunks: Loaf }, 'of its own and of another protocol'],
    ['a field of a chunk without words', { chunks: undescribed }, 'chunk.crust'],
    ['a time for a stream that it has not', { streamMaxMs: 1_000 }, 'but no stream'],
    ['an idempotency key for what repeats safely anyway', { idempotent: true }, 'only a POST'],
    ['a header in capitals', { responseHeaders: { Age: name } }, 'not in lower case'],
    ['a request header without words', { requestHeaders: { age: Type.String() } }, 'request header.age'],
    ['a response header without words', { responseHeaders: { age: Type.String() } }, 'response header.age'],
    ['a field of an event without words', { events: { baked: undescribed } }, 'event baked.crust'],
    [
      'a field within a union without words',
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
