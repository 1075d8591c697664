import type { Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { createFailOpen } from './fail-open.ts';

function setUp(status = 'ready') {
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => warnings.push(message) } as unknown as Logger;
  return { warnings, failOpen: createFailOpen({ status } as Redis, log) };
}

test('returns the reply of Redis', async () => {
  const { failOpen, warnings } = setUp();
  expect(await failOpen(async () => 7)).toBe(7);
  expect(warnings).toEqual([]);
});

test('a failed command lets the request pass, logs a warning, and skips Redis during the cool-down', async () => {
  const { failOpen, warnings } = setUp();
  const fail = async () => {
    throw new Error('READONLY');
  };
  expect(await failOpen(fail)).toBeUndefined();
  expect(await failOpen(async () => 'asked')).toBeUndefined();
  expect(warnings).toHaveLength(1);
});

test('a hanging Redis delays a request only briefly', async () => {
  const { failOpen, warnings } = setUp();
  const startedAt = performance.now();
  expect(await failOpen(() => new Promise(() => undefined))).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(warnings).toHaveLength(1);
});

test('without a connection, no command is sent', async () => {
  const { failOpen } = setUp('reconnecting');
  expect(await failOpen(async () => 'asked')).toBeUndefined();
});
