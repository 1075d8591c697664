import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { data, empty, list, type Reply, raw, wireSchema } from './reply.ts';

const Loaf = Type.Object({ name: Type.String() });
const loaf = { name: 'Rye' };

function accepts(reply: Reply, body: unknown): boolean {
  const schema = wireSchema(reply);
  return schema !== undefined && Value.Check(schema, body);
}

describe('over the wire', () => {
  test('data is wrapped in the success envelope', () => {
    expect(accepts(data(Loaf), { success: true, data: loaf })).toBe(true);
    expect(accepts(data(Loaf), loaf)).toBe(false);
    expect(accepts(data(Loaf), { success: false, data: loaf })).toBe(false);
  });

  test('a list has a pagination object, whose cursor is null on the last page', () => {
    const page = (pagination: unknown) => ({ success: true, data: [loaf], pagination });
    expect(accepts(list(Loaf), page({ limit: 20, nextCursor: 'next' }))).toBe(true);
    expect(accepts(list(Loaf), page({ limit: 20, nextCursor: null }))).toBe(true);
    expect(accepts(list(Loaf), page({ limit: 20 }))).toBe(false);
    expect(accepts(list(Loaf), { success: true, data: [loaf] })).toBe(false);
  });

  test('a raw reply is the value itself', () => {
    expect(wireSchema(raw(Loaf))).toBe(Loaf);
  });

  test('an empty reply has no body', () => {
    expect(wireSchema(empty)).toBeUndefined();
  });
});
