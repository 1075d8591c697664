import Type, { type TSchema } from 'typebox';
import { expect, test } from 'vitest';
import { bodyLimitOf } from './body-limit.ts';
import type { RouteDefinition } from './route.ts';

const limitOf = (body: TSchema | undefined, bodyLimitBytes?: number) =>
  bodyLimitOf({ body, bodyLimitBytes } as RouteDefinition);
const kibibyte = 1024;

test.each<[string, TSchema | undefined, number]>([
  ['no body', undefined, 64 * kibibyte],
  ['a short text', Type.Object({ name: Type.String({ maxLength: 100 }) }), 64 * kibibyte],
  ['a text without a limit', Type.Object({ name: Type.String() }), 64 * kibibyte],
  ['a list without a limit', Type.Array(Type.Boolean()), 64 * kibibyte],
  ['any fields', Type.Record(Type.String(), Type.Unknown()), 64 * kibibyte],
  ['a huge list', Type.Array(Type.String({ maxLength: 1_000_000 }), { maxItems: 100 }), 8 * 1024 * kibibyte],
])('a body of %s has the limit of %d', (_, body, limit) => {
  expect(limitOf(body)).toBe(limit);
});

test('a body that its schema allows is never too large, however it is encoded', () => {
  const items = Type.Array(Type.String({ maxLength: 500 }), { maxItems: 40 });
  const body = Type.Object({ items: Type.Optional(items), title: Type.Union([Type.Null(), items]) });
  const longest = Array.from({ length: 40 }, () => '🙂'.repeat(500));
  const value = { items: longest, title: longest };
  const escaped = JSON.stringify(value, undefined, 1).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  expect(escaped.length).toBeGreaterThan(64 * kibibyte);
  expect(limitOf(body)).toBeGreaterThanOrEqual(escaped.length);
});

test('a stated limit holds', () => {
  expect(limitOf(Type.String({ maxLength: 1_000_000 }), 100)).toBe(100);
});
