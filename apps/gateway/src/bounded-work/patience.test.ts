import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPatience } from './patience.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each wait is given up after its own time, but for those that have ended', () => {
  const patience = createPatience(100);
  const givenUp: string[] = [];
  patience.begin(() => givenUp.push('first'));
  vi.advanceTimersByTime(60);
  const ended = patience.begin(() => givenUp.push('ended'));
  patience.begin(() => givenUp.push('second'));
  patience.end(ended);
  vi.advanceTimersByTime(39);
  expect(givenUp).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(givenUp).toEqual(['first']);
  vi.advanceTimersByTime(59);
  expect(givenUp).toEqual(['first']);
  vi.advanceTimersByTime(1);
  expect(givenUp).toEqual(['first', 'second']);
});

test('a wait that begins when none is left is given up as well', () => {
  const patience = createPatience(100);
  patience.end(patience.begin(() => undefined));
  vi.advanceTimersByTime(500);
  const giveUp = vi.fn();
  patience.begin(giveUp);
  vi.advanceTimersByTime(100);
  expect(giveUp).toHaveBeenCalledOnce();
});

test('a wait is given up once', () => {
  const patience = createPatience(100);
  const giveUp = vi.fn();
  patience.begin(giveUp);
  vi.advanceTimersByTime(100);
  patience.begin(() => undefined);
  vi.advanceTimersByTime(100);
  expect(giveUp).toHaveBeenCalledOnce();
});

test('waits that have ended are not looked at again', () => {
  const patience = createPatience(100);
  patience.begin(() => undefined);
  vi.advanceTimersByTime(60);
  patience.end(patience.begin(() => undefined));
  vi.advanceTimersByTime(40);
  expect(vi.getTimerCount()).toBe(0);
});
