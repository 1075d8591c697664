import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSilenceTimer } from './exchange.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function started(limits = { firstByteMs: 100, stallMs: 40 }) {
  const messages: string[] = [];
  const timer = createSilenceTimer(limits, (message) => messages.push(message));
  return { timer, messages };
}

test('the first byte has its own timeout', () => {
  const { messages } = started();
  vi.advanceTimersByTime(99);
  expect(messages).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(messages).toEqual(['no byte within 100 ms']);
});

test.each([40, 100])('each progress restarts a timeout of %i ms', (stallMs) => {
  const { timer, messages } = started({ firstByteMs: 100, stallMs });
  for (let signs = 0; signs < 5; signs += 1) {
    timer.progressed();
    vi.advanceTimersByTime(stallMs - 1);
  }
  expect(messages).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(messages).toEqual([`silent for ${stallMs} ms`]);
});

test('a sign of life restarts the timeout of the moment', () => {
  const { timer, messages } = started();
  vi.advanceTimersByTime(99);
  timer.alive();
  vi.advanceTimersByTime(99);
  expect([messages, timer.hasBegun()]).toEqual([[], false]);
  timer.progressed();
  vi.advanceTimersByTime(39);
  timer.alive();
  vi.advanceTimersByTime(39);
  expect(messages).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(messages).toEqual(['silent for 40 ms']);
});

test('bytes that arrived while this process was busy are not a stall', () => {
  const { timer, messages } = started();
  timer.progressed();
  vi.advanceTimersToNextTimer();
  timer.progressed();
  vi.advanceTimersByTime(39);
  expect(messages).toEqual([]);
});

test('the timeout is suspended during a pause, except before the first byte', () => {
  const { timer, messages } = started();
  timer.progressed();
  timer.pause();
  vi.advanceTimersByTime(1_000);
  timer.progressed();
  vi.advanceTimersByTime(39);
  expect(messages).toEqual([]);
  const early = started();
  early.timer.pause();
  vi.advanceTimersByTime(101);
  expect(early.messages).toHaveLength(1);
});

test('a stopped timer never fires, even if its time had passed', () => {
  const { timer, messages } = started();
  vi.advanceTimersToNextTimer();
  timer.stop();
  vi.advanceTimersByTime(1_000);
  expect(messages).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
