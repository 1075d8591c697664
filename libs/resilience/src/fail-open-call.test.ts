import { expect, test } from 'vitest';
import { createFailOpenCall } from './fail-open-call.ts';
import { TimeoutError } from './timeout.ts';

function setUp(timeoutMs = 50) {
  const failures: unknown[] = [];
  return { failures, call: createFailOpenCall({ timeoutMs, onFailure: (error) => failures.push(error) }) };
}

test('returns the result of the dependency', async () => {
  const { call, failures } = setUp();
  expect(await call(async () => 7)).toBe(7);
  expect(failures).toEqual([]);
});

test('a failed call resolves with undefined, is reported, and is not repeated during the cool-down', async () => {
  const { call, failures } = setUp();
  const failure = new Error('READONLY');
  expect(await call(() => Promise.reject(failure))).toBeUndefined();
  expect(await call(async () => 'asked')).toBeUndefined();
  expect(failures).toEqual([failure]);
});

test('a dependency that hangs delays the caller only for the timeout', async () => {
  const { call, failures } = setUp();
  const startedAt = performance.now();
  expect(await call(() => new Promise(() => undefined))).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(failures).toEqual([new TimeoutError(50)]);
});
