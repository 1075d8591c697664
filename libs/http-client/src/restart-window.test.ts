import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRestartWindow } from './restart-window.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
const broken = Object.assign(new Error('broken'), { code: 'ECONNRESET', syscall: 'read' });

/** Refuses once per second for so many seconds. */
function refuseFor(seconds: number, window = createRestartWindow()) {
  window.failed(refused);
  for (let second = 0; second < seconds; second += 1) {
    vi.advanceTimersByTime(1_000);
    window.failed(refused);
  }
  return window;
}

test('a service that refuses connections for up to ten seconds is restarting, and is down after that', () => {
  expect(createRestartWindow().isOpen()).toBe(false);
  expect(refuseFor(10).isOpen()).toBe(true);
  expect(refuseFor(11).isOpen()).toBe(false);
});

test.each<[string, (window: ReturnType<typeof createRestartWindow>) => void]>([
  ['a response', (window) => window.responded()],
  ['a broken connection', (window) => void window.failed(broken)],
  ['a minute without calls', () => void vi.advanceTimersByTime(60_001)],
])('after %s, the next refusal may be a restart again', (_, happens) => {
  const window = refuseFor(20);
  happens(window);
  window.failed(refused);
  expect(window.isOpen()).toBe(true);
});

test('a service that has been down for long stays down while calls keep failing', () => {
  const window = refuseFor(60);
  expect(window.failed(refused)).toBe('never_received');
  expect(window.isOpen()).toBe(false);
});
