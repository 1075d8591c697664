import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTimeoutQueue } from './timeout-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each entry expires after its own time, except for cancelled ones', () => {
  const queue = createTimeoutQueue(100);
  const expired: string[] = [];
  queue.add(() => expired.push('first'));
  vi.advanceTimersByTime(60);
  const cancelled = queue.add(() => expired.push('cancelled'));
  queue.add(() => expired.push('second'));
  queue.cancel(cancelled);
  vi.advanceTimersByTime(39);
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(expired).toEqual(['first']);
  vi.advanceTimersByTime(59);
  expect(expired).toEqual(['first']);
  vi.advanceTimersByTime(1);
  expect(expired).toEqual(['first', 'second']);
});

test('an entry that is added to an empty queue expires as well', () => {
  const queue = createTimeoutQueue(100);
  queue.cancel(queue.add(() => undefined));
  vi.advanceTimersByTime(500);
  const onTimeout = vi.fn();
  queue.add(onTimeout);
  vi.advanceTimersByTime(100);
  expect(onTimeout).toHaveBeenCalledOnce();
});

test('an entry expires once', () => {
  const queue = createTimeoutQueue(100);
  const onTimeout = vi.fn();
  queue.add(onTimeout);
  vi.advanceTimersByTime(100);
  queue.add(() => undefined);
  vi.advanceTimersByTime(100);
  expect(onTimeout).toHaveBeenCalledOnce();
});

test('cancelled entries keep no timer running', () => {
  const queue = createTimeoutQueue(100);
  queue.add(() => undefined);
  vi.advanceTimersByTime(60);
  queue.cancel(queue.add(() => undefined));
  vi.advanceTimersByTime(40);
  expect(vi.getTimerCount()).toBe(0);
});
