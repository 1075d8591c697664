import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLifecycle } from './lifecycle.ts';

function lifecycleInTest(graceMs = 5_000) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ messageKey: 'message' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { lifecycle: createLifecycle(log, graceMs), lines };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what takes in work stops first, then what finishes it, what reports it, and last what it needs', async () => {
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
  lifecycle.onStop('drain', 'waits for the other', () => first.promise);
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
])('a step that %s is logged and holds nothing up', async (_, stop) => {
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

test('a step that hangs is given up when the time of grace is over, and the rest still stops', async () => {
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

test('stopping twice stops once', async () => {
  const { lifecycle } = lifecycleInTest();
  let times = 0;
  lifecycle.onStop('close', 'postgres', () => {
    times += 1;
  });
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  await lifecycle.stop();
  expect(times).toBe(1);
});
