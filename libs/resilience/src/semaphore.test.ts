import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSemaphore, QueueFullError, type Semaphore, type SemaphoreOptions } from './semaphore.ts';
import { TimeoutError } from './timeout.ts';

const start = (options: Partial<SemaphoreOptions> = {}) =>
  createSemaphore({ concurrency: 1, maxQueued: 2, ...options });

/** Waits for a permit, and notes its name when it has one. */
function queue(semaphore: Semaphore, name: string, order: string[], signal?: AbortSignal): Promise<void> {
  const waiting = semaphore.acquire(signal).then(() => void order.push(name));
  waiting.catch(() => undefined);
  return waiting;
}

/** Resolves once all promises that are settled by now have run their callbacks. */
const callbacksHaveRun = () => new Promise(setImmediate);

test('free permits are taken at once, and there are no more than configured', () => {
  const semaphore = start({ concurrency: 2 });
  expect([1, 2, 3].map(() => semaphore.tryAcquire())).toEqual([true, true, false]);
  expect(semaphore.figures()).toEqual({ inUse: 2, queued: 0 });
  semaphore.release();
  expect(semaphore.tryAcquire()).toBe(true);
});

test('waiters are admitted in order of arrival, and no later caller takes their permit', async () => {
  const semaphore = start();
  const order: string[] = [];
  semaphore.tryAcquire();
  const waiting = [queue(semaphore, 'first', order), queue(semaphore, 'second', order)];
  semaphore.release();
  expect(semaphore.tryAcquire()).toBe(false);
  semaphore.release();
  await Promise.all(waiting);
  expect(order).toEqual(['first', 'second']);
  expect(semaphore.figures()).toEqual({ inUse: 1, queued: 0 });
});

test('a caller that finds the queue full is refused', async () => {
  const semaphore = start({ maxQueued: 1 });
  semaphore.tryAcquire();
  expect(semaphore.isFull()).toBe(false);
  const waiting = queue(semaphore, 'first', []);
  expect(semaphore.isFull()).toBe(true);
  await expect(semaphore.acquire()).rejects.toThrow(QueueFullError);
  semaphore.release();
  await waiting;
});

test('a waiter whose signal is aborted leaves the queue without a permit', async () => {
  const semaphore = start({ maxQueued: 3 });
  const order: string[] = [];
  const gone = new AbortController();
  semaphore.tryAcquire();
  const before = queue(semaphore, 'before', order);
  const left = queue(semaphore, 'gone', order, gone.signal);
  const after = queue(semaphore, 'after', order);
  gone.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(semaphore.figures()).toEqual({ inUse: 1, queued: 2 });
  semaphore.release();
  semaphore.release();
  await Promise.all([before, after]);
  semaphore.release();
  expect(order).toEqual(['before', 'after']);
  expect(semaphore.figures()).toEqual({ inUse: 0, queued: 0 });
});

test('a caller whose signal is already aborted takes no permit', async () => {
  const semaphore = start();
  await expect(semaphore.acquire(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  expect(semaphore.figures()).toEqual({ inUse: 0, queued: 0 });
});

test('a waiter is refused after the longest wait', async () => {
  const semaphore = start({ maxWaitMs: 5 });
  semaphore.tryAcquire();
  await expect(semaphore.acquire()).rejects.toThrow(TimeoutError);
  expect(semaphore.figures()).toEqual({ inUse: 1, queued: 0 });
});

test('work runs with a permit, which it returns whether it succeeds or fails', async () => {
  const semaphore = start();
  const first = Promise.withResolvers<string>();
  const started: string[] = [];
  const run = (name: string, work: () => Promise<string>) =>
    semaphore.run(() => {
      started.push(name);
      return work();
    });
  const failing = run('failing', () => first.promise);
  const waiting = run('waiting', async () => 'done');
  await callbacksHaveRun();
  expect(started).toEqual(['failing']);
  first.reject(new Error('failed'));
  await expect(failing).rejects.toThrow('failed');
  expect(await waiting).toBe('done');
  expect(semaphore.figures()).toEqual({ inUse: 0, queued: 0 });
});

test('no sequence of operations loses or creates a permit', async () => {
  const steps = fc.array(fc.constantFrom('acquire', 'release', 'abort'), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      fc.nat(),
      async (all, concurrency, maxQueued, position) => {
        const semaphore = start({ concurrency, maxQueued });
        const waiting: AbortController[] = [];
        let held = 0;
        for (const step of all) {
          if (step === 'acquire' && semaphore.tryAcquire()) held += 1;
          else if (step === 'acquire') {
            const controller = new AbortController();
            waiting.push(controller);
            semaphore.acquire(controller.signal).then(
              () => {
                held += 1;
              },
              () => undefined,
            );
          } else if (step === 'release' && held > 0) {
            held -= 1;
            semaphore.release();
          } else if (step === 'abort') waiting.splice(position % (waiting.length + 1), 1)[0]?.abort();
          await callbacksHaveRun();
          const { inUse, queued } = semaphore.figures();
          expect(inUse).toBe(held);
          expect(inUse).toBeLessThanOrEqual(concurrency);
          expect(queued).toBeLessThanOrEqual(maxQueued);
          expect(queued === 0 || inUse === concurrency).toBe(true);
        }
        for (const controller of waiting) controller.abort();
      },
    ),
  );
});
