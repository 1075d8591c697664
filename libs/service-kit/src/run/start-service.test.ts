import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { anonymous, anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../config/parse-config.ts';
import { type ServiceInTest, serve, startInTest, words } from '../test-support/service-in-test.ts';

const reply = data(Type.String({ description: 'A text.' }));
const basics = { ...words, method: 'GET', auth: anyone, reply } as const;
const quick = defineRoute({ ...basics, id: 'test.quick', path: '/test/quick' });
const slow = defineRoute({ ...basics, id: 'test.slow', path: '/test/slow' });

/** Starts a service with a request that lasts until the test releases it. */
async function startBusy(environment: Record<string, string> = {}) {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const service = await startInTest({
    environment,
    routes: [
      serve(quick, () => 'quick'),
      serve(slow, async () => {
        arrived.resolve();
        await release.promise;
        return 'done';
      }),
    ],
  });
  return { service, arrived: arrived.promise, release: release.resolve };
}

/** Sends requests over kept-alive connections, as a load balancer does. */
function keepingAlive(service: ServiceInTest, token: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(service.url + path, { agent, headers: { [headers.identity]: token } });
      sent.on('error', reject);
      sent.on('response', (response) => response.resume().on('end', () => resolve(response)));
      sent.end();
    });
}

test('a running request is finished before the service stops, even on a kept-alive connection', async () => {
  const { service, arrived, release } = await startBusy();
  const get = keepingAlive(service, await service.token(anonymous));
  const answer = get('/test/slow');
  await arrived;
  const startedAt = performance.now();
  const stopped = service.stop();
  await expect
    .poll(() =>
      fetch(`${service.url}/test/quick`).then(
        () => 'served',
        () => 'refused',
      ),
    )
    .toBe('refused');
  release();
  const { statusCode, headers: answered } = await answer;
  expect([statusCode, answered.connection]).toEqual([200, 'close']);
  await stopped;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a running stream is sent to its end and then closes its connection', async () => {
  const more = new Readable({ read: () => undefined });
  const stream = defineRoute({ ...basics, id: 'test.stream', path: '/test/stream' });
  const service = await startInTest({
    routes: [serve(quick, () => 'quick')],
    compose: () => ({
      edge: {
        trustedProxies: [],
        protect: async () => undefined,
        forward: async (app) => void app.get(stream.path, { config: { operation: stream } }, () => more),
      },
    }),
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  more.push('first ');
  const sent = httpRequest(service.url + stream.path, {
    agent,
    headers: { [headers.identity]: await service.token(anonymous) },
  }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const stopped = service.stop();
  more.push('last');
  more.push(null);
  expect(await text(response)).toBe('first last');
  const startedAt = performance.now();
  await stopped;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a request that never ends does not delay the stop beyond the grace period', async () => {
  const { service, arrived, release } = await startBusy({ SHUTDOWN_GRACE_MS: '100' });
  const answer = service.request('/test/slow').catch(() => undefined);
  await arrived;
  const startedAt = performance.now();
  await service.stop();
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  release();
  await answer;
});

test('a draining service is unready, still responds, and asks clients to reconnect elsewhere', async () => {
  const { service } = await startBusy({ SHUTDOWN_DRAIN_MS: '700' });
  const get = keepingAlive(service, await service.token(anonymous));
  expect((await get('/test/quick')).headers.connection).toBe('keep-alive');
  const stopped = service.stop();
  const ready = await fetch(`${service.internalUrl}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'unavailable', checks: {}, latencies: {} },
  ]);
  expect((await fetch(`${service.internalUrl}/health/live`)).status).toBe(200);
  const answer = await get('/test/quick');
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
  await stopped;
  await expect(fetch(`${service.internalUrl}/health/live`)).rejects.toThrow();
});

test('a service closes its dependencies after its last request', async () => {
  const stopped: string[] = [];
  const service = await startInTest({
    routes: [serve(quick, () => 'quick')],
    compose({ lifecycle }) {
      lifecycle.onStop('close', 'postgres', () => stopped.push('postgres'));
      lifecycle.onStop('drain', 'worker', () => stopped.push('worker'));
      return {};
    },
  });
  await service.stop();
  expect(stopped).toEqual(['worker', 'postgres']);
});

test('a service that fails to start closes what it had opened', async () => {
  const stopped: string[] = [];
  const taken = await startInTest({ routes: [serve(quick, () => 'quick')] });
  const start = startInTest({
    routes: [serve(quick, () => 'quick')],
    environment: { PORT: new URL(taken.url).port },
    compose({ lifecycle }) {
      lifecycle.onStop('close', 'postgres', () => stopped.push('postgres'));
      return {};
    },
  });
  await expect(start).rejects.toThrow('EADDRINUSE');
  expect(stopped).toEqual(['postgres']);
});

test('a service with an invalid environment fails before it opens anything', async () => {
  let composed = false;
  const start = startInTest({
    routes: [],
    environment: { PORT: 'x', LOG_LEVEL: 'loud' },
    compose() {
      composed = true;
      return {};
    },
  });
  await expect(start).rejects.toThrow(ConfigError);
  expect(composed).toBe(false);
});
