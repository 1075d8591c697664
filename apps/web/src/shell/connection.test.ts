import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Connection, createConnection } from './connection.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection to a platform that can be unreachable, and the number of requests for a sign of life. */
function setUp() {
  const platform = { isReachable: true, probes: 0 };
  const connection: Connection = createConnection(async () => {
    platform.probes++;
    connection.report(platform.isReachable);
    if (!platform.isReachable) throw new Error('unreachable');
  });
  return { connection, platform };
}

test('a check finds a lost connection without any other request, and probes until it is back', async () => {
  const { connection, platform } = setUp();
  const changes: boolean[] = [];
  connection.subscribe(() => changes.push(connection.isLost()));
  platform.isReachable = false;
  connection.check(0);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(platform.probes).toBe(3);
  platform.isReachable = true;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(changes).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(platform.probes).toBe(4);
});

test('a check sends nothing if a request has reached the platform meanwhile', async () => {
  const { connection, platform } = setUp();
  connection.report(true);
  await vi.advanceTimersByTimeAsync(9_999);
  connection.check(10_000);
  expect(platform.probes).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  connection.check(10_000);
  expect(platform.probes).toBe(1);
});
