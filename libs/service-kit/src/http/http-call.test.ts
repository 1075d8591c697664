import { request as httpRequest } from 'node:http';
import { AppError, anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import type { Call } from './call.ts';

const route = defineRoute({
  ...words,
  id: 'test.watched',
  method: 'GET',
  path: '/test/watched',
  auth: anyone,
  reply: data(Type.Unknown({ description: 'Values that the handler saw.' })),
  deadlineMs: 60_000,
});
type WatchedCall = Call<Omit<typeof route, 'deadlineMs'>>;

const start = (handle: (call: WatchedCall) => unknown, deadlineMs: number = route.deadlineMs) =>
  startInTest({ routes: [serve(defineRoute({ ...route, deadlineMs }), handle)] });

const aborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason));
  });

test("the signal aborts with DEADLINE_EXCEEDED at the caller's deadline, and the response has the same error", async () => {
  const service = await start(async ({ signal }) => {
    throw await aborted(signal);
  });
  const startedAt = performance.now();
  const { status, body } = await service.request('/test/watched', { headers: { [headers.deadline]: '100' } });
  expect([status, body.code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('a deadline from the caller never exceeds the timeout of the route’s contract', async () => {
  const service = await start(async ({ signal }) => {
    throw await aborted(signal);
  }, 100);
  const { status } = await service.request('/test/watched', { headers: { [headers.deadline]: '600000' } });
  expect(status).toBe(504);
});

test.each([
  ['a route that waits for a model has the operator’s timeout', true as const, 300_000],
  ['any other route keeps its own', undefined, 60_000],
])('%s', async (_, waitsForModel, expected) => {
  const definition = defineRoute({ ...route, ...(waitsForModel && { waitsForModel }) });
  const service = await startInTest({
    routes: [serve(definition, (call) => call.remainingMs())],
    environment: { LLM_DEADLINE: '300000' },
  });
  const { body } = await service.request('/test/watched');
  expect(body.data).toBeGreaterThan(expected - 1_000);
  expect(body.data).toBeLessThanOrEqual(expected);
});

test.each([
  ['5000', 4_000, 5_000],
  [undefined, 59_000, 60_000],
  ['600000', 59_000, 60_000],
  ['soon', 59_000, 60_000],
  ['', 59_000, 60_000],
  ['-1', 59_000, 60_000],
  ['0', 0, 0],
])('with the deadline %j, a call has between %i and %i ms left', async (deadline, least, most) => {
  const service = await start((call) => call.remainingMs());
  const { body } = await service.request('/test/watched', {
    headers: deadline === undefined ? {} : { [headers.deadline]: deadline },
  });
  expect(body.data).toBeGreaterThanOrEqual(least);
  expect(body.data).toBeLessThanOrEqual(most);
});

/** Sends a request and disconnects as soon as `when` resolves. */
async function hangUp(url: string, token: string, when: Promise<unknown>): Promise<void> {
  const request = httpRequest(`${url}/test/watched`, { headers: { [headers.identity]: token } });
  request.on('error', () => undefined);
  request.end();
  await when;
  request.destroy();
}

test('the signal aborts when the caller disconnects', async () => {
  const arrived = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<unknown>();
  const service = await start(async ({ signal }) => {
    arrived.resolve();
    seen.resolve(await aborted(signal));
    return 'no client receives this';
  });
  await hangUp(service.url, await service.token({ kind: 'anonymous' }), arrived.promise);
  expect(await seen.promise).toMatchObject({ name: 'AbortError' });
});

test('a signal that is first read after the caller has disconnected is already aborted', async () => {
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<boolean>();
  const service = await startInTest({
    routes: [
      serve(route, async (call) => {
        arrived.resolve();
        await gone.promise;
        seen.resolve(call.signal.aborted);
        return 'no client receives this';
      }),
    ],
    compose: () => ({
      edge: {
        trustedProxies: [],
        forward: async () => undefined,
        async protect(app) {
          app.addHook('onRequest', async (_request, reply) => void reply.raw.once('close', gone.resolve));
        },
      },
    }),
  });
  await hangUp(service.url, await service.token({ kind: 'anonymous' }), arrived.promise);
  expect(await seen.promise).toBe(true);
});

test('a completed request does not abort its signal', async () => {
  const signals: AbortSignal[] = [];
  const service = await start(({ signal }) => {
    signals.push(signal);
    return 'done';
  });
  await service.request('/test/watched');
  await service.stop();
  expect(signals.map(({ aborted: is }) => is)).toEqual([false]);
});

test('the context of a request arrives: entry operation, job, request id and any header', async () => {
  const service = await start((call) => [call.operation, call.jobId, call.requestId, call.header('x-own')]);
  const given = {
    [headers.operation]: 'canvas.generate',
    [headers.job]: 'job-1',
    [headers.requestId]: 'request-in-test',
    'x-own': 'mine',
  };
  expect((await service.request('/test/watched', { headers: given })).body.data).toEqual([
    'canvas.generate',
    'job-1',
    'request-in-test',
    'mine',
  ]);
});

test('a request that enters the platform here has its own operation as entry operation', async () => {
  const service = await start((call) => [call.operation, call.jobId ?? null]);
  expect((await service.request('/test/watched')).body.data).toEqual(['test.watched', null]);
});

test('log lines of a handler carry the request id and the operation', async () => {
  const service = await start(({ log }) => {
    log.info('thinking');
    throw new AppError('CONFLICT');
  });
  await service.request('/test/watched', { headers: { [headers.requestId]: 'request-in-test' } });
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      message: 'thinking',
      requestId: 'request-in-test',
      operation: 'test.watched',
      service: 'canvas',
    }),
  );
});
