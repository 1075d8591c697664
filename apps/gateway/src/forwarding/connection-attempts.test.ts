import { afterEach, expect, test, vi } from 'vitest';
import { createAttempts } from './connection-attempts.ts';

afterEach(() => void vi.restoreAllMocks());

const whole = { whole: () => true, reads: false, abandoned: () => false };

/** A service that refuses connections. */
function setUp() {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const attempt = vi.fn(async (): Promise<void> => {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  });
  const attempts = createAttempts('canvas');
  /** The result of a request after the service has been unavailable for longer than a restart takes. */
  const waitedTooLong = async () => {
    const answer = attempts(whole, attempt);
    await Promise.allSettled(attempt.mock.results.map(({ value }) => value));
    clock.mockReturnValue(10_001);
    return answer;
  };
  return { attempts, attempt, waitedTooLong };
}

const unavailable = { code: 'DEPENDENCY_UNAVAILABLE' };

test('a service that has been unavailable for longer than a restart takes is not retried', async () => {
  const { attempts, attempt, waitedTooLong } = setUp();
  await expect(waitedTooLong()).rejects.toMatchObject(unavailable);
  expect(attempt).toHaveBeenCalledTimes(2);
  await expect(attempts(whole, attempt)).rejects.toMatchObject(unavailable);
  expect(attempt).toHaveBeenCalledTimes(3);
});

test('after it is available again, the next restart is retried', async () => {
  const { attempts, attempt, waitedTooLong } = setUp();
  await expect(waitedTooLong()).rejects.toMatchObject(unavailable);
  attempt.mockResolvedValueOnce();
  await attempts(whole, attempt);
  attempt.mockClear();
  const next = attempts(whole, attempt);
  attempt.mockResolvedValueOnce();
  await next;
  expect(attempt).toHaveBeenCalledTimes(2);
});
