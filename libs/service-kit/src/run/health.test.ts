import { anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import type { Probe } from './health.ts';

const route = defineRoute({
  ...words,
  id: 'test.hello',
  method: 'GET',
  path: '/test/hello',
  auth: anyone,
  reply: data(Type.String({ description: 'A text.' })),
});

const start = (probes: Readonly<Record<string, Probe>> = {}) =>
  startInTest({ routes: [serve(route, () => 'hello')], compose: () => ({ probes }) });

async function readiness(probes: Readonly<Record<string, Probe>>) {
  const service = await start(probes);
  const response = await fetch(`${service.internalUrl}/health/ready`);
  return { status: response.status, body: await response.json() };
}

test('health and metrics are on the internal port only', async () => {
  const service = await start();
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    expect((await fetch(service.internalUrl + path)).status).toBe(200);
    expect((await service.request(path)).status).toBe(404);
  }
  expect((await fetch(`${service.internalUrl}/test/hello`)).status).toBe(404);
});

test('a service is ready if all its dependencies are available', async () => {
  expect(await readiness({ postgres: async () => 1, redis: async () => 'PONG' })).toEqual({
    status: 200,
    body: {
      status: 'ok',
      checks: { postgres: 'up', redis: 'up' },
      latencies: { postgres: expect.any(Number), redis: expect.any(Number) },
    },
  });
});

test.each<[string, Probe]>([
  ['rejects', () => Promise.reject(new Error('unavailable'))],
  [
    'throws',
    () => {
      throw new Error('unavailable');
    },
  ],
])('a probe that %s makes the service unready and is listed', async (_, redis) => {
  expect(await readiness({ postgres: async () => 1, redis })).toMatchObject({
    status: 503,
    body: { status: 'unavailable', checks: { postgres: 'up', redis: 'down' } },
  });
});

test('a report that fails is shown, and does not make the service unready', async () => {
  const service = await startInTest({
    routes: [serve(route, () => 'hello')],
    compose: () => ({
      probes: { postgres: async () => 1 },
      reports: { providers: () => Promise.reject(new Error('none')) },
    }),
  });
  const response = await fetch(`${service.internalUrl}/health/ready`);
  expect([response.status, await response.json()]).toMatchObject([
    200,
    { status: 'degraded', checks: { postgres: 'up', providers: 'down' } },
  ]);
});

test('a probe that hangs counts as down after two seconds and is aborted', async () => {
  let told: AbortSignal | undefined;
  const hanging: Probe = (signal) => {
    told = signal;
    return new Promise(() => undefined);
  };
  const startedAt = performance.now();
  const { status, body } = await readiness({ redis: hanging });
  expect([status, body]).toMatchObject([503, { status: 'unavailable', checks: { redis: 'down' } }]);
  expect(body).toHaveProperty('latencies.redis', expect.closeTo(2_000, -3));
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  expect(told?.aborted).toBe(true);
});

test('a service without its dependencies is still alive, because a restart would not help', async () => {
  const service = await start({ redis: () => Promise.reject(new Error('unavailable')) });
  expect((await fetch(`${service.internalUrl}/health/live`)).status).toBe(200);
});
