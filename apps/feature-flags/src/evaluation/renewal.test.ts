import { expect, test } from 'vitest';
import { createRenewal } from './renewal.ts';

/** Loads that end when the test says so, each with its number, from 1. */
function controlledLoads() {
  const loads: PromiseWithResolvers<number>[] = [];
  return {
    loads,
    load() {
      const next = Promise.withResolvers<number>();
      loads.push(next);
      return next.promise;
    },
  };
}

test('who asks while one load runs gets the result of the next, however many ask', async () => {
  const { loads, load } = controlledLoads();
  const renew = createRenewal(load);
  const first = renew();
  const later = [renew(), renew(), renew()];
  expect(loads).toHaveLength(1);

  loads[0]?.resolve(1);
  expect(await first).toBe(1);
  loads[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  expect(loads).toHaveLength(2);
});

test('a load that fails does not keep the next from running', async () => {
  const { loads, load } = controlledLoads();
  const renew = createRenewal(load);
  const first = renew();
  const second = renew();
  loads[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  loads[1]?.resolve(2);
  expect(await second).toBe(2);

  const third = renew();
  loads[2]?.resolve(3);
  expect(await third).toBe(3);
});
