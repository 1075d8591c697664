import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { trackConnections } from './open-connections.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** Client that reads nothing of a response that exceeds the kernel's buffers. */
async function setUp() {
  const server = createServer();
  trackConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  client.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  response.end(Buffer.alloc(32 * 1024 * 1024));
  return { client, response };
}

test('a client that reads nothing of its response is disconnected', async () => {
  const { response } = await setUp();
  const closed = once(response, 'close');
  vi.advanceTimersByTime(120_000);
  await closed;
  expect(response.writableFinished).toBe(false);
});

test('a client that reads some of its response stays connected', async () => {
  const { client, response } = await setUp();
  vi.advanceTimersByTime(60_000);
  client.resume();
  await once(client, 'data');
  await once(response, 'finish');
  vi.advanceTimersByTime(60_000);
  expect(response.socket?.destroyed ?? false).toBe(false);
});

test('the port closes only after all pending connections have been accepted', async () => {
  const server = createServer();
  const { allAccepted } = trackConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = vi.fn((socket: Socket) => socket.end());
  server.on('connection', accepted);
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: 20 }, () => connect(port, '127.0.0.1').resume());
  const ended = Promise.all(clients.map((client) => once(client, 'close')));
  await allAccepted();
  server.close();
  await ended;
  expect(accepted).toHaveBeenCalledTimes(clients.length);
});
