import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSilenceTimer } from './silence-timer.ts';

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

test('the first byte has its own limit', () => {
  const { messages } = started();
  vi.advanceTimersByTime(99);
  expect(messages).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(messages).toEqual(['nothing came within 100 ms']);
});

test.each([40, 100])('each sign of life starts a limit of %i ms anew', (stallMs) => {
  const { timer, messages } = started({ firstByteMs: 100, stallMs });
  for (let signs = 0; signs < 5; signs += 1) {
    timer.progressed();
    vi.advanceTimersByTime(stallMs - 1);
  }
  expect(messages).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(messages).toEqual([`silent for ${stallMs} ms`]);
});

test('what came while this process was busy is no silence', () => {
  const { timer, messages } = started();
  timer.progressed();
  vi.advanceTimersToNextTimer();
  timer.progressed();
  vi.advanceTimersByTime(39);
  expect(messages).toEqual([]);
});

test('a pause does not count, except before the first byte', () => {
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

test('a timer that was stopped says nothing, not even where its time was up', () => {
  const { timer, messages } = started();
  vi.advanceTimersToNextTimer();
  timer.stop();
  vi.advanceTimersByTime(1_000);
  expect(messages).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
