import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlots, type SlotOptions, type Slots } from './slots.ts';

const start = (settings: Partial<SlotOptions> = {}) =>
  createSlots({ provider: 'a', concurrency: 1, queue: 2, ...settings });

/** Stands in the line, and notes its name when it is its turn. */
function queue(slots: Slots, name: string, order: string[], signal?: AbortSignal): Promise<void> {
  const waiting = slots.wait(signal).then(() => void order.push(name));
  waiting.catch(() => undefined);
  return waiting;
}

/** Promises that are settled have been heard by then. */
const allIsHandedOver = () => new Promise(setImmediate);

test('a free slot is taken at once; there are no more than configured', () => {
  const slots = start({ concurrency: 2 });
  expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
  expect(slots.figures()).toEqual({ inUse: 2, queued: 0 });
  slots.release();
  expect(slots.take()).toBe(true);
});

test('who waits is served in the order of coming, and nobody comes in between', async () => {
  const slots = start();
  const order: string[] = [];
  slots.take();
  const waiting = [queue(slots, 'first', order), queue(slots, 'second', order)];
  slots.release();
  expect(slots.take()).toBe(false);
  slots.release();
  await Promise.all(waiting);
  expect(order).toEqual(['first', 'second']);
  expect(slots.figures()).toEqual({ inUse: 1, queued: 0 });
});

test('beyond the line a call is refused as overloaded', async () => {
  const slots = start({ queue: 1 });
  slots.take();
  expect(slots.isFull()).toBe(false);
  const waiting = queue(slots, 'first', []);
  expect(slots.isFull()).toBe(true);
  await expect(slots.wait(undefined)).rejects.toMatchObject({ fault: 'overloaded', provider: 'a' });
  slots.release();
  await waiting;
});

test('who has gone leaves the line, and takes no slot along', async () => {
  const slots = start();
  const order: string[] = [];
  const gone = new AbortController();
  slots.take();
  const left = queue(slots, 'gone', order, gone.signal);
  const next = queue(slots, 'next', order);
  gone.abort();
  await expect(left).rejects.toMatchObject({ fault: 'cancelled' });
  expect(slots.figures()).toEqual({ inUse: 1, queued: 1 });
  slots.release();
  await next;
  slots.release();
  expect(order).toEqual(['next']);
  expect(slots.figures()).toEqual({ inUse: 0, queued: 0 });
});

test('who has gone before does not even stand in the line', async () => {
  const slots = start();
  await expect(slots.wait(AbortSignal.abort())).rejects.toMatchObject({ fault: 'cancelled' });
  expect(slots.figures()).toEqual({ inUse: 0, queued: 0 });
});

test('nobody waits longer than the longest wait', async () => {
  const slots = start({ maxWaitMs: 5 });
  slots.take();
  await expect(slots.wait(undefined)).rejects.toMatchObject({ fault: 'overloaded' });
  expect(slots.figures()).toEqual({ inUse: 1, queued: 0 });
});

test('whatever happens in whatever order, slots are neither lost nor made', async () => {
  const step = fc.constantFrom('come', 'go', 'give up');
  const steps = fc.array(step, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      steps,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      async (all, concurrency, places) => {
        const slots = start({ concurrency, queue: places });
        const waiting: AbortController[] = [];
        let held = 0;
        for (const step of all) {
          if (step === 'come' && slots.take()) held += 1;
          else if (step === 'come') {
            const controller = new AbortController();
            waiting.push(controller);
            slots.wait(controller.signal).then(
              () => {
                held += 1;
              },
              () => undefined,
            );
          } else if (step === 'go' && held > 0) {
            held -= 1;
            slots.release();
          } else if (step === 'give up') waiting.pop()?.abort();
          await allIsHandedOver();
          const { inUse, queued } = slots.figures();
          expect(inUse).toBe(held);
          expect(inUse).toBeLessThanOrEqual(concurrency);
          expect(queued).toBeLessThanOrEqual(places);
          expect(queued === 0 || inUse === concurrency).toBe(true);
        }
        for (const controller of waiting) controller.abort();
      },
    ),
  );
});
