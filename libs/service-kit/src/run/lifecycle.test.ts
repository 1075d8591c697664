import { once } from 'node:events';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createLifecycle } from './lifecycle.ts';

function lifecycleInTest(graceMs = 5_000) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ messageKey: 'message' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { lifecycle: createLifecycle(log, graceMs), lines };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('intake stops first, then accepted work drains, telemetry is flushed and dependencies are closed', async () => {
  const { lifecycle } = lifecycleInTest();
  const stopped: string[] = [];
  for (const phase of ['close', 'flush', 'intake', 'drain'] as const) {
    lifecycle.onStop(phase, phase, async () => {
      stopped.push(`${phase} begins`);
      await turn();
      stopped.push(`${phase} ends`);
    });
  }
  await lifecycle.stop();
  const phases = ['intake', 'drain', 'flush', 'close'];
  expect(stopped).toEqual(phases.flatMap((phase) => [`${phase} begins`, `${phase} ends`]));
});

test('steps of one phase stop together', async () => {
  const { lifecycle } = lifecycleInTest();
  const first = Promise.withResolvers<void>();
  lifecycle.onStop('drain', 'await the other step', () => first.promise);
  lifecycle.onStop('drain', 'the other', () => first.resolve());
  await lifecycle.stop();
});

test.each([
  ['rejects', () => Promise.reject(new Error('stuck'))],
  [
    'throws',
    () => {
      throw new Error('stuck');
    },
  ],
])('a step that %s is logged and does not delay the rest', async (_, stop) => {
  const { lifecycle, lines } = lifecycleInTest();
  const stopped: string[] = [];
  lifecycle.onStop('intake', 'the port', stop);
  lifecycle.onStop('intake', 'its neighbour', () => stopped.push('neighbour'));
  lifecycle.onStop('close', 'postgres', () => stopped.push('postgres'));
  await lifecycle.stop();
  expect(stopped).toEqual(['neighbour', 'postgres']);
  expect(lines).toEqual([
    expect.objectContaining({
      phase: 'intake',
      step: 'the port',
      err: expect.objectContaining({ message: 'stuck' }),
    }),
  ]);
});

test('a step that hangs is abandoned when the grace period ends, and the rest still stops', async () => {
  const { lifecycle, lines } = lifecycleInTest(100);
  const stopped: string[] = [];
  lifecycle.onStop('drain', 'a job', () => new Promise(() => undefined));
  lifecycle.onStop('close', 'postgres', () => stopped.push('postgres'));
  const startedAt = performance.now();
  await lifecycle.stop();
  expect(stopped).toEqual(['postgres']);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(lines).toEqual([expect.objectContaining({ step: 'a job' })]);
});

test('stopping twice runs each step once', async () => {
  const { lifecycle } = lifecycleInTest();
  let times = 0;
  lifecycle.onStop('close', 'postgres', () => {
    times += 1;
  });
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  await lifecycle.stop();
  expect(times).toBe(1);
});

test('a loop runs until its phase, and the phase waits for the running round', async () => {
  const { lifecycle } = lifecycleInTest();
  const events: string[] = [];
  lifecycle.every(
    'jobs: sweep',
    3_600_000,
    async (signal) => {
      events.push('round begins');
      await once(signal, 'abort');
      await turn();
      events.push('round ends');
    },
    { phase: 'drain' },
  );
  lifecycle.onStop('intake', 'the port', () => events.push('port closed'));
  lifecycle.onStop('close', 'postgres', () => events.push('postgres closed'));
  await lifecycle.stop();
  expect(events).toEqual(['round begins', 'port closed', 'round ends', 'postgres closed']);
});

test('a failed round is logged under the name of its loop, and the loop continues', async () => {
  const { lifecycle, lines } = lifecycleInTest();
  let rounds = 0;
  lifecycle.every('jobs: sweep', 1, () => {
    rounds += 1;
    if (rounds === 1) throw new Error('unavailable');
  });
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(2));
  await lifecycle.stop();
  expect(lines).toEqual([
    expect.objectContaining({
      message: 'jobs: sweep failed',
      err: expect.objectContaining({ message: 'unavailable' }),
    }),
  ]);
});
