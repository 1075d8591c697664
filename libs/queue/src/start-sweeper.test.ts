import { eventually } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { startSweeper } from './start-sweeper.ts';

test('a sweep that fails is told of, and the next one is made', async () => {
  const errors: unknown[] = [];
  let sweeps = 0;
  const sweeper = startSweeper({
    everyMs: 1,
    async sweep() {
      sweeps += 1;
      if (sweeps === 1) throw new Error('the first');
    },
    onError: (error) => errors.push(error),
  });
  await eventually(() => expect(sweeps).toBeGreaterThan(2));
  await sweeper.stop();
  expect(errors).toEqual([new Error('the first')]);
});

test('sweeps never overlap, and after the stop there is none', async () => {
  let running = 0;
  let most = 0;
  let sweeps = 0;
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const sweeper = startSweeper({
    everyMs: 0,
    async sweep() {
      sweeps += 1;
      running += 1;
      most = Math.max(most, running);
      enter();
      await released;
      running -= 1;
    },
    onError: () => undefined,
  });
  await entered;
  const stopped = sweeper.stop();
  release();
  await stopped;
  expect({ sweeps, most, running }).toEqual({ sweeps: 1, most: 1, running: 0 });
});
