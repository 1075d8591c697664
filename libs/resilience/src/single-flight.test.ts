import { expect, test } from 'vitest';
import { coalesce, singleFlight } from './single-flight.ts';

/** Creates loads that the test settles. */
function controlledLoads<K = void>() {
  const loads: PromiseWithResolvers<number>[] = [];
  const keys: K[] = [];
  return {
    loads,
    keys,
    load(key: K) {
      const next = Promise.withResolvers<number>();
      loads.push(next);
      keys.push(key);
      return next.promise;
    },
  };
}

test('concurrent callers share one load per key', async () => {
  const { loads, keys, load } = controlledLoads<string>();
  const get = singleFlight(load);
  const callers = [get('a'), get('b'), get('a')];
  expect(keys).toEqual(['a', 'b']);
  loads[0]?.resolve(1);
  loads[1]?.resolve(2);
  expect(await Promise.all(callers)).toEqual([1, 2, 1]);
});

test('a settled load is not kept, neither its value nor its failure', async () => {
  const { loads, keys, load } = controlledLoads<string>();
  const get = singleFlight(load);
  const failing = [get('a'), get('a')];
  loads[0]?.reject(new Error('failed'));
  for (const caller of failing) await expect(caller).rejects.toThrow('failed');
  const second = get('a');
  loads[1]?.resolve(2);
  expect(await second).toBe(2);
  const third = get('a');
  loads[2]?.resolve(3);
  expect(await third).toBe(3);
  expect(keys).toEqual(['a', 'a', 'a']);
});

test('callers that ask while a load runs get the result of the next one, regardless of their number', async () => {
  const { loads, load } = controlledLoads();
  const reload = coalesce(load);
  const first = reload();
  const later = [reload(), reload(), reload()];
  expect(loads).toHaveLength(1);

  loads[0]?.resolve(1);
  expect(await first).toBe(1);
  loads[1]?.resolve(2);
  expect(await Promise.all(later)).toEqual([2, 2, 2]);
  expect(loads).toHaveLength(2);
});

test('a failed load does not prevent the next one', async () => {
  const { loads, load } = controlledLoads();
  const reload = coalesce(load);
  const first = reload();
  const second = reload();
  loads[0]?.reject(new Error('unavailable'));
  await expect(first).rejects.toThrow('unavailable');
  loads[1]?.resolve(2);
  expect(await second).toBe(2);

  const third = reload();
  loads[2]?.resolve(3);
  expect(await third).toBe(3);
});

test('arguments with the same key share one load', async () => {
  let loads = 0;
  const load = singleFlight(
    async ({ id }: { readonly id: string }) => {
      loads += 1;
      return id;
    },
    ({ id }) => id,
  );
  expect(await Promise.all([load({ id: 'a' }), load({ id: 'a' }), load({ id: 'b' })])).toEqual([
    'a',
    'a',
    'b',
  ]);
  expect(loads).toBe(2);
});
