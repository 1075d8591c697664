import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { AppError } from '@valuecanvas/contracts-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { serviceCall } from './service-call.ts';
import { clientFor, clientOf, contextFor, json, serveInTest } from './test-support/service-in-test.ts';

const item = { success: true, data: { id: 'a' } };
const readInput = { params: { id: 'a' }, query: {} };

/** Returns a port without a listener, as of a restarting service. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: AppError) => error.code,
  );

test('a call waits for a restarting service, even if it changes data', async () => {
  const port = await freePort();
  let attempts = 0;
  const call = clientOf(port, async () => {
    attempts += 1;
    if (attempts === 3) await serveInTest(json(201, item), port);
  });
  expect(await call.save({ body: { id: 'a' } }, contextFor())).toEqual({ id: 'a' });
  expect(attempts).toBe(3);
});

test('calls of a service that has been unavailable for longer than a restart takes fail at once', async () => {
  const clock = vi.spyOn(performance, 'now');
  onTestFinished(() => clock.mockRestore());
  let attempts = 0;
  const call = clientOf(await freePort(), () => {
    attempts += 1;
    if (attempts === 3) clock.mockReturnValue(performance.now() + 10_001);
  });
  const context = () => contextFor({ remainingMs: () => 60_000 });
  expect(await codeOf(call.save({ body: { id: 'a' } }, context()))).toBe('DEPENDENCY_UNAVAILABLE');
  expect(attempts).toBe(3);
  expect(await codeOf(call.save({ body: { id: 'a' } }, context()))).toBe('DEPENDENCY_UNAVAILABLE');
  expect(await codeOf(call.read(readInput, context()))).toBe('DEPENDENCY_UNAVAILABLE');
  expect(attempts).toBe(5);
});

test('a read is retried five times if its connections break', async () => {
  const { server, call } = await breaking(Number.POSITIVE_INFINITY);
  expect(await codeOf(call.read(readInput, contextFor()))).toBe('DEPENDENCY_UNAVAILABLE');
  expect(server.received).toHaveLength(6);
});

test('a call does not wait for a service beyond the deadline', async () => {
  let attempts = 0;
  const call = clientOf(await freePort(), () => {
    attempts += 1;
  });
  await codeOf(call.read(readInput, contextFor({ remainingMs: () => 200 })));
  expect(attempts).toBe(4);
});

/** Breaks the connections of the first `times` requests. */
async function breaking(times: number) {
  let left = times;
  return clientFor((response, request) => {
    left -= 1;
    if (left >= 0) (response.socket as Socket).resetAndDestroy();
    else json(request.method === 'POST' ? 201 : 200, item)(response, request);
  });
}

test('a read is retried if the connection breaks', async () => {
  const { server, call } = await breaking(2);
  expect(await call.read(readInput, contextFor())).toEqual({ id: 'a' });
  expect(server.received).toHaveLength(3);
});

test('a change is not retried if the connection breaks, because it may have been received', async () => {
  const { server, call } = await breaking(1);
  expect(await codeOf(call.save({ body: { id: 'a' } }, contextFor()))).toBe('DEPENDENCY_UNAVAILABLE');
  expect(server.received).toHaveLength(1);
});

test('an error response of the service is not retried', async () => {
  const { server, call } = await clientFor(
    json(503, { success: false, error: 'x', message: 'y', code: 'OVERLOADED' }),
  );
  expect(await codeOf(call.read(readInput, contextFor()))).toBe('OVERLOADED');
  expect(server.received).toHaveLength(1);
});

test('a call whose deadline has passed is not sent', async () => {
  const { server, call } = await clientFor(json(200, item));
  expect(await codeOf(call.read(readInput, contextFor({ timeoutMs: 0 })))).toBe('DEADLINE_EXCEEDED');
  expect(server.received).toHaveLength(0);
});

test('a call that a service makes as itself fails with DEADLINE_EXCEEDED after its timeout', async () => {
  const { call } = await clientFor(() => undefined);
  for (const timeoutMs of [20, 35, 50]) {
    const context = serviceCall({ service: 'canvas', operation: 'canvas.poll', timeoutMs });
    expect(await codeOf(call.read(readInput, context))).toBe('DEADLINE_EXCEEDED');
  }
});

test('a timer that fires slightly before the deadline still counts as DEADLINE_EXCEEDED', async () => {
  const { call } = await clientFor(() => undefined);
  const context = contextFor({ signal: AbortSignal.timeout(20), remainingMs: () => 1_000 });
  expect(await codeOf(call.read(readInput, context))).toBe('DEADLINE_EXCEEDED');
});

test("a signal's own abort reason reaches the caller", async () => {
  const { call } = await clientFor(() => undefined);
  const abort = new AbortController();
  const answer = codeOf(call.read(readInput, contextFor({ signal: abort.signal })));
  abort.abort(new AppError('DEADLINE_EXCEEDED'));
  expect(await answer).toBe('DEADLINE_EXCEEDED');
});

test('a call ends at once when its caller disconnects, and its request is aborted', async () => {
  const arrived = Promise.withResolvers<void>();
  const hungUp = Promise.withResolvers<void>();
  const { call } = await clientFor((response) => {
    response.on('close', () => hungUp.resolve());
    arrived.resolve();
  });
  const abort = new AbortController();
  const answer = codeOf(call.read(readInput, contextFor({ signal: abort.signal })));
  await arrived.promise;
  abort.abort();
  expect(await answer).toBeDefined();
  await hungUp.promise;
});

test('a caller whose deadline passes during the call gets DEADLINE_EXCEEDED', async () => {
  const abort = new AbortController();
  const answer = codeOf(clientOf(await freePort()).read(readInput, contextFor({ signal: abort.signal })));
  abort.abort(new AppError('DEADLINE_EXCEEDED'));
  expect(await answer).toBe('DEADLINE_EXCEEDED');
});
