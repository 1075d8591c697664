import { eventually } from '@valuecanvas/testing';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';
import {
  type Breaker,
  type BreakerChange,
  type CircuitSettings,
  createBreaker,
  defaultCircuitSettings,
} from './breaker.ts';

function start(settings: Partial<CircuitSettings> = {}) {
  const changes: BreakerChange[] = [];
  const breaker = createBreaker({
    provider: 'a',
    circuit: { ...defaultCircuitSettings, ...settings },
    onChange: (change) => changes.push(change),
  });
  onTestFinished(breaker.stop);
  return { breaker, changes };
}

const succeed = (breaker: Breaker) => breaker.run(async () => 'answer');

function fail(breaker: Breaker, fault: ProviderFault = 'unavailable'): Promise<void> {
  const failure = new ProviderError(fault, 'a', 'failed');
  return expect(breaker.run(() => Promise.reject(failure))).rejects.toBe(failure);
}

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let call = 0; call < count; call += 1) await run();
}

const open = async (breaker: Breaker) => {
  await times(10, () => fail(breaker));
  expect(breaker.state()).toBe('open');
};

const halfOpened = async (breaker: Breaker) => {
  await open(breaker);
  await eventually(() => expect(breaker.state()).toBe('half-open'), { everyMs: 1 });
};

/** A call that the test ends. */
function underWay(breaker: Breaker) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ended = breaker.run(() => promise);
  ended.catch(() => undefined);
  return {
    async succeed() {
      resolve();
      await ended;
    },
    async fail(fault: ProviderFault) {
      reject(new ProviderError(fault, 'a', 'failed'));
      await ended.catch(() => undefined);
    },
  };
}

test('it opens when half of ten calls fail, not nine, and then refuses calls', async () => {
  const { breaker } = start();
  await times(5, () => succeed(breaker));
  await times(4, () => fail(breaker));
  expect(breaker.state()).toBe('closed');
  await fail(breaker);
  expect(breaker.state()).toBe('open');
  expect(breaker.letsThrough()).toBe(false);
  let ran = false;
  const refused = breaker.run(async () => {
    ran = true;
  });
  await expect(refused).rejects.toMatchObject({ fault: 'shut_off', provider: 'a' });
  expect(ran).toBe(false);
});

test('it stays closed below half, however many calls there are', async () => {
  const { breaker } = start();
  await times(11, () => succeed(breaker));
  await times(10, () => fail(breaker));
  expect(breaker.state()).toBe('closed');
});

test.each<ProviderFault>(['rate_limited', 'timeout', 'unavailable', 'bad_response'])(
  'a failure of kind %s counts against the provider',
  async (fault) => {
    const { breaker } = start();
    await times(10, () => fail(breaker, fault));
    expect(breaker.state()).toBe('open');
  },
);

test.each<ProviderFault>(['caller', 'not_served', 'cancelled', 'overloaded', 'shut_off'])(
  'a failure of kind %s counts neither as a failure nor as a success',
  async (fault) => {
    const { breaker } = start();
    await times(100, () => fail(breaker, fault));
    expect(breaker.state()).toBe('closed');
    // If they had counted as successes, these failures would be too few.
    await times(10, () => fail(breaker));
    expect(breaker.state()).toBe('open');
  },
);

test('while half-open it admits one probe call and refuses others; the probe’s success closes it', async () => {
  const { breaker, changes } = start({ resetMs: 30 });
  await halfOpened(breaker);
  expect(breaker.letsThrough()).toBe(true);
  const trial = underWay(breaker);
  expect(breaker.letsThrough()).toBe(false);
  await expect(succeed(breaker)).rejects.toMatchObject({ fault: 'shut_off' });
  await trial.succeed();
  expect(breaker.state()).toBe('closed');
  expect(changes).toEqual([
    { state: 'open', followed: false },
    { state: 'half-open', followed: false },
    { state: 'closed', followed: false },
  ]);
});

test('if the probe call fails, it opens again', async () => {
  const { breaker } = start({ resetMs: 30 });
  await halfOpened(breaker);
  await fail(breaker);
  expect(breaker.state()).toBe('open');
});

test('if the probe call is inconclusive, the next call is the probe', async () => {
  const { breaker } = start({ resetMs: 30 });
  await halfOpened(breaker);
  await fail(breaker, 'cancelled');
  expect(breaker.state()).toBe('half-open');
  expect(breaker.letsThrough()).toBe(true);
  await succeed(breaker);
  expect(breaker.state()).toBe('closed');
});

test('calls that started before it opened neither close nor reopen it', async () => {
  const { breaker } = start({ resetMs: 30 });
  const [lucky, unlucky] = [underWay(breaker), underWay(breaker)];
  await halfOpened(breaker);
  await lucky.succeed();
  await unlucky.fail('timeout');
  expect(breaker.state()).toBe('half-open');
});

test('a stream that breaks off later counts as a failure instead of a success', async () => {
  const { breaker } = start();
  await times(10, () => succeed(breaker));
  const later = () => breaker.failedLater(performance.now(), 'unavailable');
  for (let broken = 0; broken < 4; broken += 1) later();
  expect(breaker.state()).toBe('closed');
  later();
  expect(breaker.state()).toBe('open');
});

test('streams that started before the window count as separate calls when they break off', async () => {
  const { breaker } = start();
  const longAgo = performance.now() - 60_000;
  for (let broken = 0; broken < 9; broken += 1) breaker.failedLater(longAgo, 'unavailable');
  expect(breaker.state()).toBe('closed');
  breaker.failedLater(longAgo, 'unavailable');
  expect(breaker.state()).toBe('open');
});

test('closing resets its counts', async () => {
  const { breaker } = start();
  await open(breaker);
  breaker.close();
  expect(breaker.state()).toBe('closed');
  await times(9, () => fail(breaker));
  expect(breaker.state()).toBe('closed');
});

test('counts expire after the window', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { breaker } = start();
  await times(9, () => fail(breaker));
  vi.advanceTimersByTime(10_000);
  await succeed(breaker);
  await times(8, () => fail(breaker));
  expect(breaker.state()).toBe('closed');
  await fail(breaker);
  expect(breaker.state()).toBe('open');
});

/** Fails calls, each after the given time. */
async function failAfter(ms: number, calls: number, breaker: Breaker, fault: ProviderFault = 'timeout') {
  await times(calls, async () => {
    const call = underWay(breaker);
    vi.advanceTimersByTime(ms);
    await call.fail(fault);
  });
}

describe('at low traffic', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('it opens after three calls that hung for longer than the window', async () => {
    const { breaker, changes } = start();
    await failAfter(30_000, 2, breaker);
    expect(breaker.state()).toBe('closed');
    await failAfter(30_000, 1, breaker);
    expect(breaker.state()).toBe('open');
    expect(changes).toEqual([{ state: 'open', followed: false }]);
  });

  test('it opens if every second call hangs, and not if every third one does', async () => {
    const { breaker: often } = start();
    const { breaker: seldom } = start();
    for (let round = 0; round < 3; round += 1) {
      await succeed(often);
      await failAfter(30_000, 1, often);
    }
    expect(often.state()).toBe('open');
    for (let round = 0; round < 9; round += 1) {
      await times(2, () => succeed(seldom));
      await failAfter(30_000, 1, seldom);
    }
    expect(seldom.state()).toBe('closed');
  });

  test('calls that hung more than five minutes ago do not count', async () => {
    const { breaker } = start();
    await failAfter(30_000, 2, breaker);
    vi.advanceTimersByTime(5 * 60_000);
    await failAfter(30_000, 1, breaker);
    expect(breaker.state()).toBe('closed');
  });

  test('it opens after five consecutive failures that are spread over at least the window', async () => {
    const { breaker } = start();
    await failAfter(1_000, 5, breaker, 'unavailable');
    vi.advanceTimersByTime(5_000);
    expect(breaker.state()).toBe('closed');
    await failAfter(1_000, 1, breaker, 'unavailable');
    expect(breaker.state()).toBe('open');
  });

  test('a success in between starts a new count', async () => {
    const { breaker } = start();
    await failAfter(6_000, 4, breaker, 'unavailable');
    await succeed(breaker);
    await failAfter(6_000, 4, breaker, 'unavailable');
    expect(breaker.state()).toBe('closed');
    await failAfter(6_000, 1, breaker, 'unavailable');
    expect(breaker.state()).toBe('open');
  });

  test('streams that stall after their start count as failures', async () => {
    const { breaker } = start();
    for (let stream = 0; stream < 3; stream += 1) {
      await succeed(breaker);
      const begunAt = performance.now();
      vi.advanceTimersByTime(30_000);
      breaker.failedLater(begunAt, 'timeout');
    }
    expect(breaker.state()).toBe('open');
  });

  test('streams that break off soon after their start are consecutive failures', async () => {
    const { breaker } = start();
    for (let stream = 0; stream < 5; stream += 1) {
      expect(breaker.state()).toBe('closed');
      await succeed(breaker);
      vi.advanceTimersByTime(3_000);
      breaker.failedLater(performance.now() - 1_000, 'unavailable');
    }
    expect(breaker.state()).toBe('open');
  });
});

test('following another replica it opens for the remaining time, and after its own failure for the whole time', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { breaker, changes } = start();
  breaker.follow('open', 59_000);
  vi.advanceTimersByTime(999);
  expect(breaker.state()).toBe('open');
  vi.advanceTimersByTime(1);
  expect(breaker.state()).toBe('half-open');
  await fail(breaker);
  vi.advanceTimersByTime(59_999);
  expect(breaker.state()).toBe('open');
  vi.advanceTimersByTime(1);
  expect(breaker.state()).toBe('half-open');
  expect(changes.slice(0, 3)).toEqual([
    { state: 'open', followed: true },
    { state: 'half-open', followed: false },
    { state: 'open', followed: false },
  ]);
});

test('an open breaker restarts its time when another replica’s probe fails', async () => {
  const { breaker, changes } = start({ resetMs: 200 });
  breaker.follow('open', 190);
  breaker.follow('open', 0);
  const openedAt = performance.now();
  await eventually(() => expect(breaker.state()).toBe('half-open'), { everyMs: 1 });
  expect(performance.now() - openedAt).toBeGreaterThan(150);
  expect(changes.map(({ state }) => state)).toEqual(['open', 'half-open']);
});

test('a followed change has the published age: newer changes apply', () => {
  const { breaker } = start();
  breaker.follow('open', 20_000);
  breaker.follow('closed', 30_000);
  expect(breaker.state()).toBe('open');
  breaker.follow('closed', 10_000);
  expect(breaker.state()).toBe('closed');
});

test('it ignores changes older than its own last change, or older than the open time', async () => {
  const { breaker } = start();
  breaker.follow('open', 60_000);
  expect(breaker.state()).toBe('closed');
  await open(breaker);
  breaker.follow('closed', 1_000);
  expect(breaker.state()).toBe('open');
  breaker.follow('closed', 0);
  expect(breaker.state()).toBe('closed');
  breaker.follow('open', 1_000);
  expect(breaker.state()).toBe('closed');
});
