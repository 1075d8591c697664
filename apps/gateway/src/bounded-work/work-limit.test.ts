import { expect, test } from 'vitest';
import { createWorkLimit } from './work-limit.ts';

test('work that finds the queue full is refused as OVERLOADED, and runs again once there is room', async () => {
  const limit = createWorkLimit({ concurrency: 1, maxQueued: 1 });
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const accepted = [limit(() => released), limit(() => released)];
  await expect(limit(async () => 'one too many')).rejects.toMatchObject({ code: 'OVERLOADED' });
  release();
  await Promise.all(accepted);
  expect(await limit(async () => 'admitted')).toBe('admitted');
});

test('an error of the work stays as it is', async () => {
  const limit = createWorkLimit({ concurrency: 1, maxQueued: 1 });
  await expect(limit(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
});
