import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { settlesWithin, TimeoutError, untilAborted, withTimeout } from './timeout.ts';

const never = new Promise<never>(() => undefined);
const hourMs = 3_600_000;

test('work that settles in time settles the call, and its signal is not aborted', async () => {
  let signal: AbortSignal | undefined;
  const work = async (given: AbortSignal) => {
    signal = given;
    return 'done';
  };
  expect(await withTimeout(work, hourMs)).toBe('done');
  expect(signal?.aborted).toBe(false);
  await expect(withTimeout(() => Promise.reject(new Error('failed')), hourMs)).rejects.toThrow('failed');
});

test('work that throws before it returns a promise rejects the call', async () => {
  const broken = () => {
    throw new Error('broken');
  };
  await expect(withTimeout(broken, hourMs)).rejects.toThrow('broken');
});

test('work that takes too long is rejected with TimeoutError, and its signal is aborted with it', async () => {
  const { promise, resolve } = Promise.withResolvers<AbortSignal>();
  const work = (signal: AbortSignal) => {
    resolve(signal);
    return never;
  };
  const error = await withTimeout(work, 5).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ message: 'Timed out after 5 ms.' });
  expect((await promise).reason).toBe(error);
});

test('work that rejects after its timeout causes no unhandled rejection', async () => {
  const late = Promise.withResolvers<never>();
  await expect(withTimeout(() => late.promise, 1)).rejects.toThrow(TimeoutError);
  late.reject(new Error('too late'));
  await new Promise(setImmediate);
});

test('no timer is left after the call has settled', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  await withTimeout(async () => undefined, hourMs);
  await withTimeout(() => Promise.reject(new Error('failed')), hourMs).catch(() => undefined);
  expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
});

test('settlesWithin tells whether work ends in time, however it ends', async () => {
  expect(await settlesWithin(Promise.resolve(), hourMs)).toBe(true);
  expect(await settlesWithin(Promise.reject(new Error('failed')), hourMs)).toBe(true);
  expect(await settlesWithin(never, 1)).toBe(false);
});

test('untilAborted settles with the work, or rejects with the reason of its signal', async () => {
  const stopping = new AbortController();
  expect(await untilAborted(Promise.resolve('done'), stopping.signal)).toBe('done');
  const waiting = untilAborted(never, stopping.signal);
  stopping.abort(new Error('stopping'));
  await expect(waiting).rejects.toThrow('stopping');
  await expect(untilAborted(never, stopping.signal)).rejects.toThrow('stopping');
});

test('a signal that lasts retains neither listeners nor outcomes of earlier calls', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { signal } = new AbortController();
  const outcomes: WeakRef<object>[] = [];
  for (let call = 0; call < 100; call += 1) {
    outcomes.push(new WeakRef(await untilAborted(Promise.resolve({ call }), signal)));
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await vi.waitFor(() => {
    collectGarbage();
    expect(outcomes.slice(0, -1).filter((outcome) => outcome.deref())).toEqual([]);
  });
});
