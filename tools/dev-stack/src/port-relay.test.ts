import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { freePort } from '@valuecanvas/local-servers';
import { expect, onTestFinished, test } from 'vitest';
import { openPortRelay } from './port-relay.ts';

/** Server that writes its name to each connection, followed by everything that it receives until the client ends. */
async function namedServer(name: string, port = 0) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.write(`${name}:`);
    socket.pipe(socket);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, server };
}

async function relayInTest() {
  const port = await freePort();
  const relay = await openPortRelay(port);
  onTestFinished(relay.close);
  return { ...relay, port };
}

function client(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  return socket;
}

const exchange = (port: number, sent: string): Promise<string> => text(client(port).end(sent));

test('both directions are forwarded, and so is the end of each', async () => {
  const relay = await relayInTest();
  relay.forwardTo((await namedServer('a')).port);
  expect(await exchange(relay.port, 'hello')).toBe('a:hello');
});

test('after a switch, new connections reach the new target, and open ones keep theirs', async () => {
  const relay = await relayInTest();
  const old = await namedServer('old');
  relay.forwardTo(old.port);
  const open = client(relay.port);
  await once(open, 'readable');
  relay.forwardTo((await namedServer('new')).port);
  old.server.close();
  expect(await exchange(relay.port, 'x')).toBe('new:x');
  expect(await text(open.end('y'))).toBe('old:y');
});

test('connections wait for a target that does not listen yet', async () => {
  const relay = await relayInTest();
  const port = await freePort();
  relay.forwardTo(port);
  const reply = exchange(relay.port, 'z');
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  await namedServer('late', port);
  expect(await reply).toBe('late:z');
});

test('a connection ends when its target breaks it', async () => {
  const relay = await relayInTest();
  const { port, server } = await namedServer('broken');
  relay.forwardTo(port);
  server.on('connection', (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy()));
  const broken = client(relay.port);
  broken.write('break');
  await once(broken.resume(), 'end');
});

test('a closed relay frees its port and ends its connections', async () => {
  const relay = await relayInTest();
  relay.forwardTo((await namedServer('a')).port);
  const open = client(relay.port);
  await once(open, 'readable');
  const ended = once(open.resume(), 'end');
  await relay.close();
  await ended;
  await namedServer('next', relay.port);
});
