import { expect, test } from 'vitest';
import { forever, lengthen, type RetryPolicy, retry } from './retry.ts';

/** Fails with each error in turn and then resolves with the number of the attempt. */
function failing(...errors: Error[]) {
  let attempts = 0;
  return {
    attempts: () => attempts,
    async attempt() {
      const error = errors[attempts];
      attempts += 1;
      if (error) throw error;
      return attempts;
    },
  };
}

const policy: RetryPolicy = {
  delaysMs: [1, 1],
  isRetryable: (error) => error instanceof Error && error.message !== 'final',
};

test('an operation that succeeds at once is not repeated', async () => {
  expect(await retry(failing().attempt, policy, {})).toBe(1);
});

test('a retryable error is followed by another attempt, as often as there are delays', async () => {
  expect(await retry(failing(new Error('1'), new Error('2')).attempt, policy, {})).toBe(3);
  const hopeless = failing(new Error('1'), new Error('2'), new Error('3'), new Error('4'));
  await expect(retry(hopeless.attempt, policy, {})).rejects.toThrow('3');
  expect(hopeless.attempts()).toBe(3);
});

test('an error that is not retryable ends the call', async () => {
  const { attempt, attempts } = failing(new Error('1'), new Error('final'));
  await expect(retry(attempt, policy, {})).rejects.toThrow('final');
  expect(attempts()).toBe(2);
});

test('a retry is skipped if its delay would reach the deadline', async () => {
  const { attempt, attempts } = failing(new Error('1'));
  await expect(retry(attempt, policy, { remainingMs: () => 1 })).rejects.toThrow('1');
  expect(attempts()).toBe(1);
  expect(await retry(failing(new Error('1')).attempt, policy, { remainingMs: () => 1_000 })).toBe(2);
});

test('an aborted signal ends the delay with its reason', async () => {
  const stopping = new AbortController();
  const { attempt, attempts } = failing(new Error('1'));
  const slow: RetryPolicy = { ...policy, delaysMs: [3_600_000] };
  const waiting = retry(attempt, slow, { signal: stopping.signal });
  stopping.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  expect(attempts()).toBe(1);
});

test('a delay that is repeated forever has no last attempt', async () => {
  const errors = Array.from({ length: 50 }, (_, index) => new Error(String(index)));
  expect(await retry(failing(...errors).attempt, { ...policy, delaysMs: forever(0) }, {})).toBe(51);
});

test('jitter lengthens a delay by at most its share', () => {
  expect(lengthen(100, 0.2, () => 0)).toBe(100);
  expect(lengthen(100, 0.2, () => 1)).toBeCloseTo(120);
  expect(lengthen(100, 0)).toBe(100);
});
