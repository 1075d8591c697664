import { expect, test } from 'vitest';
import { createWorkLimit } from './work-limit.ts';

/** Work that ends when it is told to. */
function pieces(count: number) {
  const started: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<void>());
  return {
    started,
    end: (index: number) => ends[index]?.resolve(),
    fail: (index: number) => ends[index]?.reject(new Error('failed')),
    work: (index: number) => () => {
      started.push(index);
      return ends[index]?.promise ?? Promise.resolve();
    },
  };
}

test('no more than the agreed number run at once, the others in their order', async () => {
  const limit = createWorkLimit({ concurrency: 2, waiting: 10 });
  const { started, end, work } = pieces(4);
  const all = [0, 1, 2, 3].map((index) => limit(work(index)));
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  end(1);
  await all[1];
  await Promise.resolve();
  expect(started).toEqual([0, 1, 2]);
  for (const index of [0, 2, 3]) end(index);
  await Promise.all(all);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('what finds the queue full is refused as OVERLOADED', async () => {
  const limit = createWorkLimit({ concurrency: 1, waiting: 1 });
  const { end, work } = pieces(2);
  const accepted = [limit(work(0)), limit(work(1))];
  await expect(limit(async () => 'too much')).rejects.toMatchObject({ code: 'OVERLOADED' });
  end(0);
  end(1);
  await Promise.all(accepted);
  expect(await limit(async () => 'there is room again')).toBe('there is room again');
});

test('work that fails gives its place to the next', async () => {
  const limit = createWorkLimit({ concurrency: 1, waiting: 1 });
  const { fail, end, work } = pieces(2);
  const first = limit(work(0));
  const second = limit(work(1));
  fail(0);
  end(1);
  await expect(first).rejects.toThrow('failed');
  await expect(second).resolves.toBeUndefined();
});
