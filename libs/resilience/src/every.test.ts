import { expect, onTestFinished, test, vi } from 'vitest';
import { every } from './every.ts';

const hourMs = 3_600_000;
const unexpected = (error: unknown) => {
  throw error;
};

test('the first round runs at once, the next ones each interval', async () => {
  let rounds = 0;
  const count = () => {
    rounds += 1;
  };
  const hourly = every(hourMs, count, unexpected);
  expect(rounds).toBe(1);
  await hourly.stop();

  const loop = every(1, count, unexpected);
  onTestFinished(() => loop.stop());
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(3));
});

test('a round that fails is reported and does not end the loop', async () => {
  const errors: unknown[] = [];
  let rounds = 0;
  const fail = () => {
    rounds += 1;
    if (rounds === 1) throw new Error('thrown');
    if (rounds === 2) return Promise.reject(new Error('rejected'));
    return Promise.resolve();
  };
  const loop = every(1, fail, (error) => errors.push(error));
  onTestFinished(() => loop.stop());
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(3));
  expect(errors).toEqual([new Error('thrown'), new Error('rejected')]);
});

test('rounds never overlap, and stop waits for the running one, whose signal it aborts', async () => {
  let started = 0;
  let ended = 0;
  let ticks = 0;
  let signal: AbortSignal | undefined;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const slow = async (given: AbortSignal) => {
    signal = given;
    started += 1;
    await released;
    ended += 1;
  };
  const loop = every(1, slow, unexpected);
  const count = () => {
    ticks += 1;
  };
  const clock = every(1, count, unexpected);
  onTestFinished(() => clock.stop());
  await vi.waitFor(() => expect(ticks).toBeGreaterThan(5));
  expect({ started, ended, aborted: signal?.aborted }).toEqual({ started: 1, ended: 0, aborted: false });

  const stopped = loop.stop();
  expect(signal?.aborted).toBe(true);
  release();
  await stopped;
  expect({ started, ended }).toEqual({ started: 1, ended: 1 });
});
