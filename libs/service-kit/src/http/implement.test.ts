import { anyone, data, defineContract, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, expectTypeOf, test } from 'vitest';
import { startInTest, words } from '../test-support/service-in-test.ts';
import { forwarded, type Handler, type HandlersOf, implement } from './implement.ts';

const get = {
  ...words,
  method: 'GET',
  auth: anyone,
  reply: data(Type.String({ description: 'A text.' })),
} as const;
const one = defineRoute({ ...get, id: 'test.one', path: '/test/one' });
const two = defineRoute({
  ...get,
  id: 'test.two',
  path: '/test/:name',
  params: Type.Object({ name: Type.String({ description: 'A name.' }) }),
});
const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'Two routes.',
  prefixes: ['/test'],
  callers: ['gateway'],
  routes: { one, two },
});
type Handlers = HandlersOf<typeof contract>;
type Accepted<H extends Handlers> = Parameters<typeof implement<typeof contract, H>>[1];

const text = () => 'text';

test('a handler for each route is accepted, including parts that are spread', () => {
  const partOne = { one: text } satisfies Partial<Handlers>;
  const partTwo = { two: ({ params }) => params.name } satisfies Partial<Handlers>;
  const { served } = implement(contract, { ...partOne, ...partTwo });
  expect(served.map(({ definition }) => definition.id)).toEqual(['test.one', 'test.two']);
});

test('a missing handler is a type error', () => {
  expectTypeOf<{ one: () => string }>().not.toExtend<Handlers>();
  expectTypeOf<Partial<Handlers>>().not.toExtend<Handlers>();
});

test('a handler of another contract is a type error, even through a spread', () => {
  type Whole = { one: () => string; two: () => string };
  type WithForeign = Whole & { three: () => string };
  expectTypeOf<Whole>().toExtend<Accepted<Whole>>();
  expectTypeOf<WithForeign>().not.toExtend<Accepted<WithForeign>>();
});

test('a handler with a different result or different inputs is a type error', () => {
  expectTypeOf<() => number>().not.toExtend<Handler<typeof one>>();
  expectTypeOf<(call: { params: { id: string } }) => string>().not.toExtend<Handler<typeof two>>();
});

test('the implementation of another contract is not assignable to a service', () => {
  const other = defineContract({ ...contract, routes: { one } });
  expectTypeOf(implement(other, { one: text })).not.toExtend<
    ReturnType<typeof implement<typeof contract, Handlers>>
  >();
});

test('a route that the edge forwards is listed and has no handler', () => {
  const { served, forwarded: passed } = implement(contract, { one: text, two: forwarded });
  expect(served).toHaveLength(1);
  expect(passed).toEqual([two]);
});

test('only the edge can forward a route', async () => {
  const implementation = implement(contract, { one: text, two: forwarded });
  const start = startInTest({ contract, routes: [], compose: () => ({ routes: implementation }) });
  await expect(start).rejects.toThrow('canvas is not the edge, so it cannot forward test.two.');
});
