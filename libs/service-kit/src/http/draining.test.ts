import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { anonymous, anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { type ServiceInTest, serve, startInTest, words } from '../test-support/service-in-test.ts';
import type { Call } from './call.ts';
import { serverEvents, stream } from './stream.ts';

const described = { description: 'A count.' };
const route = defineRoute({
  ...words,
  id: 'test.watch',
  method: 'GET',
  path: '/test/watch',
  auth: anyone,
  reply: data(Type.Integer(described)),
  events: { tick: Type.Integer(described), done: Type.Integer(described) },
});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function watch(service: ServiceInTest, more: Record<string, string> = {}): Promise<IncomingMessage> {
  const sent = httpRequest(`${service.url}${route.path}`, {
    headers: { [headers.identity]: await service.token(anonymous), ...more },
  });
  const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
  return response;
}

/** Sends the event that follows the client's last one, then waits for the service to stop. */
const tickOnce = (call: Call<typeof route>) =>
  stream({}, async (sink) => {
    const next = Number(call.lastEventId ?? 0) + 1;
    void serverEvents<typeof route>(call, sink).send('tick', next, String(next));
    await aborted(call.draining);
  });

test('a stop ends idle streams at once and cleanly, and the client resumes after its last event', async () => {
  const service = await startInTest({
    environment: { SHUTDOWN_GRACE_MS: '20000' },
    routes: [serve(route, tickOnce)],
  });
  const viewers = await Promise.all([watch(service), watch(service)]);
  const read = viewers.map((viewer) => text(viewer));
  const startedAt = performance.now();
  await service.stop();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(await Promise.all(read)).toEqual(Array(2).fill('event: tick\nid: 1\ndata: 1\n\n'));

  const replica = await startInTest({ routes: [serve(route, tickOnce)] });
  const resumed = await watch(replica, { 'last-event-id': '1' });
  const [first] = (await once(resumed, 'data')) as [Buffer];
  expect(first.toString()).toBe('event: tick\nid: 2\ndata: 2\n\n');
});

test('a stream that starts while the service drains ends at once', async () => {
  const release = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const service = await startInTest({
    routes: [
      serve(route, async (call) => {
        arrived.resolve();
        await release.promise;
        return tickOnce(call);
      }),
    ],
  });
  const viewer = watch(service);
  await arrived.promise;
  const stopped = service.stop();
  release.resolve();
  expect(await text(await viewer)).toBe('event: tick\nid: 1\ndata: 1\n\n');
  await stopped;
});
