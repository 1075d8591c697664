import Type from 'typebox';
import { expect, test } from 'vitest';
import { nullReader, withNulls } from './nulls.ts';
import { strictObject } from './strict-object.ts';
import { taggedUnion } from './tagged-union.ts';

const described = { description: 'A field.' };
const Size = strictObject({ width: Type.Optional(Type.Number()) }, { title: 'Size', ...described });
const optional = {
  note: Type.Optional(Type.String(described)),
  name: Type.Optional(Type.String({ minLength: 1 })),
  id: Type.Optional(Type.String({ format: 'uuid' })),
  count: Type.Optional(Type.Integer()),
  kind: Type.Optional(Type.Enum(['big', 'small'])),
  fixed: Type.Optional(Type.Literal('a')),
  size: Type.Optional(Size),
  sizes: Type.Optional(Type.Array(Size)),
  any: Type.Optional(Type.Unknown()),
  nullable: Type.Optional(Type.Unsafe<number | null>({ type: ['integer', 'null'] })),
};
const Body = strictObject({ title: Type.String(), ...optional });

function read<T>(body: T, schema: Parameters<typeof nullReader>[0] = Body): T {
  nullReader(schema)?.(body);
  return body;
}

test('null is empty text for an optional text that may be empty, and absent for any other optional field', () => {
  const nulls = Object.fromEntries(Object.keys(optional).map((name) => [name, null]));
  expect(read({ title: 'x', ...nulls })).toEqual({ title: 'x', note: '', any: null, nullable: null });
});

test('null stays where a field is required or unknown', () => {
  const body = { title: null, other: null };
  expect(read({ ...body })).toEqual(body);
});

test('nested objects and items of lists are read, and values of other types are left alone', () => {
  expect(read({ size: { width: null }, sizes: [{ width: null }, { width: 1 }, null, 7] })).toEqual({
    size: {},
    sizes: [{}, { width: 1 }, null, 7],
  });
  for (const body of [null, 7, 'text', [], { size: 'large', sizes: {} }]) expect(read(body)).toEqual(body);
});

test('a value of a union is read like the variant that its required constants name', () => {
  const only = { only: Type.Optional(Type.Integer()), fixed: Type.Optional(Type.Literal('f')) };
  const a = strictObject({ type: Type.Literal('a'), ...only }, { title: 'A' });
  const b = strictObject({ type: Type.Literal('b'), only: Type.Optional(Type.Unknown()) }, { title: 'B' });
  for (const union of [taggedUnion('type', [a, b], described), Type.Union([a, b])]) {
    expect(read({ type: 'a', only: null, fixed: null }, union)).toEqual({ type: 'a' });
    expect(read({ type: 'b', only: null }, union)).toEqual({ type: 'b', only: null });
  }
});

test('a schema without such a field needs no reader', () => {
  for (const schema of [Type.Object({ a: Type.String() }), Type.String(), Type.Array(Type.Number())])
    expect(nullReader(schema)).toBeUndefined();
});

test('the documented schema admits null where it leaves a field out', () => {
  const { properties } = withNulls(Body, () => false) as unknown as { properties: Record<string, object> };
  expect(properties).toMatchObject({
    title: { type: 'string' },
    note: { type: ['string', 'null'], description: 'A field.' },
    count: { type: ['integer', 'null'] },
    kind: { enum: ['big', 'small', null] },
    fixed: { anyOf: [{ const: 'a' }, { type: 'null' }] },
    size: { anyOf: [{ title: 'Size' }, { type: 'null' }], description: 'A field.' },
    nullable: { type: ['integer', 'null'] },
  });
});

test('a documented object that is also used in replies gets another title if null changes it', () => {
  const body = strictObject({ size: Size, loaf: Type.Object({ a: Type.String() }, { title: 'Loaf' }) });
  expect(withNulls(body, () => true)).toMatchObject({
    properties: { size: { title: 'SizeInput' }, loaf: { title: 'Loaf' } },
  });
  expect(withNulls(body, () => false)).toMatchObject({ properties: { size: { title: 'Size' } } });
});
