import { EventEmitter, once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { AppError, anonymous, anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { type ServiceInTest, serve, startInTest, words } from '../test-support/service-in-test.ts';
import type { Call } from './call.ts';
import { type StreamHead, type StreamSink, stream } from './stream.ts';

const route = defineRoute({
  ...words,
  id: 'test.stream',
  method: 'GET',
  path: '/test/stream',
  auth: anyone,
  reply: data(Type.String({ description: 'The same text in one piece.' })),
  chunks: Type.Unknown({ description: 'Anything.' }),
});
type StreamCall = Call<typeof route>;

type Limits = { readonly streamMaxMs?: number; readonly deadlineMs?: number };

/** Starts a service that streams the output of `produce`. */
const start = (
  produce: (sink: StreamSink, call: StreamCall) => Promise<void>,
  { head = {}, limits = {} }: { readonly head?: StreamHead; readonly limits?: Limits } = {},
) => startWith((call) => stream(head, (sink) => produce(sink, call)), limits);

const startWith = (handle: (call: StreamCall) => unknown, limits: Limits = {}) =>
  startInTest({ routes: [serve(defineRoute({ ...route, ...limits }) as typeof route, handle as never)] });

/** Opens the stream and leaves the response to the test. */
async function open(
  service: ServiceInTest,
  more: Record<string, string> = {},
  agent?: Agent,
): Promise<IncomingMessage> {
  const token = await service.token(anonymous);
  const sent = httpRequest(service.url + route.path, {
    headers: { [headers.identity]: token, ...more },
    ...(agent ? { agent } : {}),
  });
  onTestFinished(() => void sent.destroy());
  const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
  return response;
}

const aborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));

async function counted(service: ServiceInTest, status: number): Promise<boolean> {
  const metrics = await (await fetch(`${service.internalUrl}/metrics`)).text();
  return metrics.includes(
    `http_server_request_duration_seconds_count{operation="test.stream",status="${status}",service="canvas"} 1`,
  );
}

const never = new Promise<void>(() => undefined);

afterEach(() => void vi.useRealTimers());

test('a stream arrives as it is written, with headers that prevent buffering by proxies', async () => {
  const more = Promise.withResolvers<void>();
  const service = await start(async (sink) => {
    void sink.write('data: 1\n\n');
    await more.promise;
    void sink.write(Buffer.from('data: 2\n\n'));
  });
  const response = await open(service, { [headers.requestId]: 'request-in-test' });
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    'x-request-id': 'request-in-test',
    'transfer-encoding': 'chunked',
  });
  expect(String((await once(response, 'data'))[0])).toBe('data: 1\n\n');
  more.resolve();
  expect(await text(response)).toBe('data: 2\n\n');
  expect(response.complete).toBe(true);
  expect(await counted(service, 200)).toBe(true);
});

test('the head is sent at once, before anything is written', async () => {
  const release = Promise.withResolvers<void>();
  const service = await start(() => release.promise);
  const response = await open(service);
  release.resolve();
  expect(await text(response)).toBe('');
});

test('status, content type and headers are the handler’s', async () => {
  const service = await start(async (sink) => void sink.write('{}\n'), {
    head: {
      status: 202,
      contentType: 'application/x-ndjson',
      headers: { 'cache-control': 'no-store', age: '7' },
    },
  });
  const response = await open(service);
  expect(response.statusCode).toBe(202);
  expect(response.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store',
    age: '7',
  });
  expect(await text(response)).toBe('{}\n');
});

test('a failure before the handler returns its stream gets an ordinary error response', async () => {
  const service = await startWith(async () => {
    throw new AppError('LLM_UNAVAILABLE');
  });
  expect(await service.request(route.path)).toMatchObject({ status: 503, body: { code: 'LLM_UNAVAILABLE' } });
});

test('a stream that the contract does not declare is an internal error', async () => {
  const { chunks: _, ...plain } = route;
  const service = await startInTest({
    routes: [serve(plain, (() => stream({}, async () => undefined)) as never)],
  });
  expect((await service.request(route.path)).status).toBe(500);
});

test('a HEAD request does not start a stream', async () => {
  const service = await start(async () => undefined);
  expect((await service.request(route.path, { method: 'HEAD' })).status).toBe(405);
});

test('a producer that fails aborts the connection, and the failure is logged and counted', async () => {
  const service = await start(async (sink) => {
    void sink.write('data: 1\n\n');
    throw new Error('oops');
  });
  const response = await open(service);
  await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(service.lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      operation: 'test.stream',
      err: expect.objectContaining({ type: 'Error' }),
    }),
  );
  await expect.poll(() => counted(service, 500)).toBe(true);
  expect(service.lines).toContainEqual(expect.objectContaining({ message: 'request', status: 500 }));
});

test('bytes written before a failure still arrive', async () => {
  const service = await start(async (sink) => {
    void sink.write('data: {"error":1}\n\n');
    throw new Error('oops');
  });
  let received = '';
  const response = await open(service);
  response.on('data', (part) => {
    received += part;
  });
  await once(response, 'error');
  expect([received, response.complete]).toEqual(['data: {"error":1}\n\n', false]);
});

test('a response that was ended is complete, regardless of what its producer does afterwards', async () => {
  const service = await start(async (sink) => {
    void sink.write('data: 1\n\n');
    sink.end();
    expect(sink.closed).toBe(true);
    expect(sink.write('too late')).toBeUndefined();
    await Promise.resolve();
    throw new AppError('DEPENDENCY_UNAVAILABLE');
  });
  const response = await open(service);
  expect(await text(response)).toBe('data: 1\n\n');
  expect(service.lines).toContainEqual(expect.objectContaining({ code: 'DEPENDENCY_UNAVAILABLE' }));
});

test('a slow client makes the producer wait, and nothing is lost', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'a');
  const chunks = 400;
  const held = Promise.withResolvers<number>();
  const service = await start(async (sink) => {
    for (let written = 1; written <= chunks; written += 1) {
      const full = sink.write(chunk);
      if (full) held.resolve(written);
      await full;
    }
  });
  const response = await open(service);
  expect(await held.promise).toBeLessThan(chunks);
  let received = 0;
  for await (const part of response) received += (part as Buffer).length;
  expect(received).toBe(chunks * chunk.length);
});

test('a disconnected client releases a waiting producer and is recorded as 499', async () => {
  const seen = Promise.withResolvers<unknown>();
  const held = Promise.withResolvers<void>();
  const service = await start(async (sink, { signal }) => {
    const reason = aborted(signal);
    while (!sink.closed) {
      const full = sink.write(Buffer.alloc(64 * 1024));
      if (full) held.resolve();
      await full;
    }
    seen.resolve([await reason, sink.write('dropped')]);
  });
  const response = await open(service);
  await held.promise;
  response.destroy();
  expect(await seen.promise).toEqual([expect.objectContaining({ name: 'AbortError' }), undefined]);
  await expect.poll(() => counted(service, 499)).toBe(true);
});

test('a producer that stops because its client disconnected has not failed', async () => {
  const done = Promise.withResolvers<void>();
  const service = await start(async (_, { signal }) => {
    try {
      throw await aborted(signal);
    } finally {
      done.resolve();
    }
  });
  (await open(service)).destroy();
  await done.promise;
  await expect.poll(() => counted(service, 499)).toBe(true);
  expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

test('the deadline applies to the head, and the stream has its own time limit', async () => {
  const lasted = Promise.withResolvers<number>();
  const service = await startWith(
    (call) => {
      const { signal } = call;
      expect(call.remainingMs()).toBeLessThanOrEqual(200);
      return stream({}, async () => {
        const beganAt = performance.now();
        expect(call.remainingMs()).toBeGreaterThan(300);
        await aborted(signal);
        lasted.resolve(performance.now() - beganAt);
      });
    },
    { deadlineMs: 200, streamMaxMs: 500 },
  );
  await text(await open(service));
  expect(await lasted.promise).toBeGreaterThan(450);
});

test('a stream that does not start before its deadline fails with DEADLINE_EXCEEDED', async () => {
  const service = await startWith(
    async ({ signal }) => {
      throw await aborted(signal);
    },
    { deadlineMs: 100 },
  );
  expect((await service.request(route.path)).body.code).toBe('DEADLINE_EXCEEDED');
});

test('when the time limit of a stream has passed, the signal aborts and the producer may send a final event', async () => {
  const service = await start(
    async (sink, { signal }) => {
      const { code } = (await aborted(signal)) as AppError;
      void sink.write(`data: ${code}\n\n`);
    },
    { limits: { streamMaxMs: 100 } },
  );
  const response = await open(service);
  expect(await text(response)).toBe('data: DEADLINE_EXCEEDED\n\n');
  expect(response.complete).toBe(true);
});

test('a producer that continues after that is aborted', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const service = await start(() => never, { limits: { streamMaxMs: 60_000 } });
  const response = await open(service);
  vi.advanceTimersByTime(65_000);
  vi.useRealTimers();
  await expect(text(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect.poll(() => counted(service, 500)).toBe(true);
});

test('a stopping service finishes running streams, and new streams ask their clients to reconnect elsewhere', async () => {
  const may = { begin: Promise.withResolvers<void>(), end: Promise.withResolvers<void>() };
  const arrived = Promise.withResolvers<void>();
  const service = await startWith(async (call) => {
    if (call.header('x-late')) {
      arrived.resolve();
      await may.begin.promise;
    }
    return stream({}, async (sink) => {
      void sink.write('data: 1\n\n');
      await may.end.promise;
      void sink.write('data: 2\n\n');
    });
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const running = await open(service, {}, agent);
  const late = open(service, { 'x-late': 'yes' }, agent);
  await arrived.promise;
  const stopped = service.stop();
  may.begin.resolve();
  expect((await late).headers.connection).toBe('close');
  may.end.resolve();
  for (const response of [running, await late]) expect(await text(response)).toBe('data: 1\n\ndata: 2\n\n');
  const startedAt = performance.now();
  await stopped;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

/** Opens a stream that the test writes and ends. */
async function openSilent(head: StreamHead = {}) {
  const begun = new EventEmitter();
  const service = await start(
    (sink) => {
      begun.emit('sink', sink);
      return never;
    },
    { head },
  );
  const [[sink], response] = await Promise.all([once(begun, 'sink') as Promise<[StreamSink]>, open(service)]);
  return { sink, response };
}

test('a comment is sent after 15 s of silence', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { sink, response } = await openSilent();
  vi.advanceTimersByTime(15_000);
  sink.end();
  expect(await text(response)).toBe(': ping\n\n');
});

test('a client that has just received an event gets no comment', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { sink, response } = await openSilent();
  vi.advanceTimersByTime(14_999);
  void sink.write('data: 1\n\n');
  vi.advanceTimersByTime(10_000);
  sink.end();
  expect(await text(response)).toBe('data: 1\n\n');
});

test('only streams of server-sent events have comments', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { sink, response } = await openSilent({ contentType: 'application/x-ndjson' });
  vi.advanceTimersByTime(60_000);
  sink.end();
  expect(await text(response)).toBe('');
});

test('a stream whose head cannot be sent is abandoned instead of produced', async () => {
  const abandoned: unknown[] = [];
  const produce = vi.fn(async () => undefined);
  const service = await startInTest({
    routes: [
      serve(route, () =>
        stream({ headers: { 'x-name': 'line\nbreak' } }, produce, (error) => abandoned.push(error)),
      ),
    ],
  });
  expect((await service.request(route.path)).status).toBe(500);
  expect([produce.mock.calls.length, abandoned]).toEqual([0, [expect.any(Error)]]);
});
