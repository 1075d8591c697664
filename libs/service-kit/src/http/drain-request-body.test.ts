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

const uploads = 100;
const large = JSON.stringify({ name: 'a'.repeat(4 * 1024 * 1024) });

const start = async () => {
  const service = await startInTest({ routes: [serve(small, ({ body: { name } }) => name)] });
  return { url: `${service.url}/test/small`, identity: await service.token(anonymous) };
};

/** Sends bytes like a client that writes its whole request before it reads. Returns what it can read then. */
async function writeThenRead(url: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const failures: unknown[] = [];
  socket.on('error', (error) => failures.push(error));
  socket.pause();
  await new Promise((resolve) => socket.write(request, resolve));
  let text = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  socket.resume();
  await once(socket, 'close');
  return failures.length > 0 ? `${String(failures[0])} after: ${text}` : text;
}

test.each(['close', 'keep-alive'])(
  'a client that writes its whole body first reads the refusal of a large one, with connection: %s',
  async (connection) => {
    const { url, identity } = await start();
    const lines = [
      'POST /test/small HTTP/1.1',
      'host: test',
      'content-type: application/json',
      `${headers.identity}: ${identity}`,
      `connection: ${connection}`,
      `content-length: ${large.length}`,
    ];
    const next =
      connection === 'close' ? '' : 'GET /test/none HTTP/1.1\r\nconnection: close\r\nhost: test\r\n\r\n';
    const request = `${lines.join('\r\n')}\r\n\r\n${large}${next}`;
    for (let upload = 0; upload < uploads; upload += 1) {
      expect(await writeThenRead(url, request)).toMatch(/^HTTP\/1.1 413 /);
    }
  },
);

test.each(['close', 'keep-alive'])(
  'fetch reads the refusal of a large body, with connection: %s',
  async (connection) => {
    const { url, identity } = await start();
    for (let upload = 0; upload < uploads; upload += 1) {
      const answer = await fetch(url, {
        method: 'POST',
        body: large,
        headers: { 'content-type': 'application/json', [headers.identity]: identity, connection },
      });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        413,
        'PAYLOAD_TOO_LARGE',
      ]);
    }
  },
);

test('a client that writes too many headers first reads the refusal', async () => {
  const { url } = await start();
  const request = `GET /test/small HTTP/1.1\r\n${`x-padding: ${'a'.repeat(1_000)}\r\n`.repeat(4_000)}\r\n`;
  for (let upload = 0; upload < uploads; upload += 1) {
    expect(await writeThenRead(url, request)).toMatch(/^HTTP\/1.1 431 /);
  }
});
