import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { Dispatcher } from 'undici';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { ResponseRelay } from './response-relay.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const mebibyte = Buffer.alloc(1024 * 1024);

/** A response that has started, its client, which reads nothing, and its upstream. */
async function setUp() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  client.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const ends: number[] = [];
  const reply = {
    raw: response,
    request: { raw: request },
    server: { recordEnd: (_: unknown, status: number) => ends.push(status) },
    hijack: () => undefined,
    code: () => undefined,
    getHeaders: () => ({}),
  } as unknown as FastifyReply;
  const service = { pause: vi.fn(), resume: vi.fn(), abort: vi.fn() };
  const controller = service as unknown as Dispatcher.DispatchController;
  const answer = new ResponseRelay(reply, 'canvas');
  await answer.start((handler) => {
    handler.onRequestStart?.(controller, {});
    handler.onResponseStart?.(controller, 200, {});
  });
  const fill = () => {
    while (service.pause.mock.calls.length === 0) answer.onResponseData(controller, mebibyte);
  };
  return { answer, client, response, service, fill, ends };
}

test('a client that reads nothing for a minute is disconnected, and its upstream request is aborted', async () => {
  const { response, service, fill, ends } = await setUp();
  fill();
  const closed = once(response, 'close');
  vi.advanceTimersByTime(59_000);
  expect(response.destroyed).toBe(false);
  vi.advanceTimersByTime(1_000);
  await closed;
  expect(service.abort).toHaveBeenCalledOnce();
  expect(ends).toEqual([499]);
});

test('a client that resumes reading within the minute stays connected', async () => {
  const { client, response, service, fill } = await setUp();
  fill();
  vi.advanceTimersByTime(59_000);
  const drained = once(response, 'drain');
  client.resume();
  await drained;
  vi.advanceTimersByTime(60_000);
  expect(service.resume).toHaveBeenCalledOnce();
  expect(response.destroyed).toBe(false);
});
