import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { anonymous, anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const small = defineRoute({
  ...words,
  id: 'test.small',
  method: 'POST',
  path: '/test/small',
  auth: anyone,
  body: Type.Object({ name: Type.String({ description: 'A name.' }) }, { description: 'A body.' }),
  bodyLimitBytes: 1_024,
  reply: data(Type.String({ description: 'What came.' })),
});

const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;

/** Opens a connection and sends the head of a chunked request. */
async function begin(): Promise<{ socket: Socket; send: (bytes: string) => void }> {
  const service = await startInTest({ routes: [serve(small, ({ body }) => body.name)] });
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1').setEncoding('utf8');
  onTestFinished(() => void socket.destroy());
  const token = await service.token(anonymous);
  const head = `POST /test/small HTTP/1.1\r\nhost: test\r\n${headers.identity}: ${token}\r\ncontent-type: application/json\r\n`;
  const send = (bytes: string) => void socket.write(bytes);
  send(`${head}transfer-encoding: chunked\r\n\r\n`);
  return { socket, send };
}

test('a client that sends too much can read the error and keeps its connection', async () => {
  const { socket, send } = await begin();
  send(chunk.repeat(64));
  const [answer] = await once(socket, 'data');
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  expect(answer).not.toContain('connection: close');
  send('0\r\n\r\nGET /test/none HTTP/1.1\r\nhost: test\r\n\r\n');
  const [next] = await once(socket, 'data');
  expect(next).toMatch(/^HTTP\/1.1 404 /);
});

test('a client that does not stop sending is disconnected', async () => {
  const { socket, send } = await begin();
  send(chunk);
  await once(socket, 'data');
  send(chunk);
  await once(socket, 'close');
});
