import { expect, test } from 'vitest';
import { originOf, type SourceLookup } from './origin.ts';

const frame = (url: string, functionName = 'work') => ({ functionName, url, lineNumber: 1, columnNumber: 2 });

const noSource: SourceLookup = () => undefined;

test.each([
  ['file:///x/node_modules/fastify/lib/reply.js', 'fastify', 'fastify'],
  ['file:///x/node_modules/@fastify/error/index.js', 'fastify', '@fastify/error'],
  ['file:///x/node_modules/undici/lib/pool.js', 'undici', 'undici'],
  ['file:///x/node_modules/redis-parser/lib/parser.js', 'ioredis', 'redis-parser'],
  ['file:///x/node_modules/a/node_modules/opossum/index.js', 'other packages', 'opossum'],
  ['wasm://wasm/0001', 'undici', 'undici'],
  ['node:net', 'node', 'node:net'],
])('%s belongs to %s', (url, group, place) => {
  expect(originOf(frame(url), noSource)).toEqual({ group, place });
});

test("the garbage collector and V8's own functions are separate groups", () => {
  expect(originOf(frame('', '(garbage collector)'), noSource).group).toBe('garbage collection');
  expect(originOf(frame('', '(program)'), noSource).group).toBe('native code');
  expect(originOf(frame('', 'writev'), noSource).group).toBe('native code');
});

test('a function of a bundle belongs to its source file', () => {
  const bundled = frame('file:///x/dist/llm-router/main.js');
  expect(originOf(bundled, () => '../../apps/llm-router/src/chat/chat.route.ts')).toEqual({
    group: 'our code',
    place: 'apps/llm-router/src/chat/chat.route.ts',
  });
  expect(originOf(bundled, () => '../../node_modules/jose/verify.js').group).toBe('other packages');
});
