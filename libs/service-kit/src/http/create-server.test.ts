import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const route = defineRoute({
  ...words,
  id: 'test.hello',
  method: 'GET',
  path: '/test/hello',
  auth: anyone,
  reply: data(Type.String({ description: 'Id of the request.' })),
});

const start = () => startInTest({ routes: [serve(route, ({ requestId }) => requestId)] });

test('a request id from the caller is kept in the call, in the response and in errors', async () => {
  const service = await start();
  const headers = { 'x-request-id': 'Chosen_by.the-caller-1' };
  const answer = await service.request('/test/hello', { headers });
  expect([answer.body.data, answer.headers.get('x-request-id')]).toEqual([
    'Chosen_by.the-caller-1',
    'Chosen_by.the-caller-1',
  ]);
  expect((await service.request('/test/none', { headers })).body.requestId).toBe('Chosen_by.the-caller-1');
});

test('a request without an id gets a new one', async () => {
  const service = await start();
  const [first, second] = await Promise.all([service.request('/test/hello'), service.request('/test/hello')]);
  expect(first.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
});

test.each([['short'], ['a'.repeat(129)], ['has some spaces'], ['"quoted-and-long"'], ['with/slash/es']])(
  'the request id %j, which could break a log line or a header, is replaced',
  async (id) => {
    const service = await start();
    const answer = await service.request('/test/hello', { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test.each([
  ['GET', '/test/none?secret=1', 'No route matches GET /test/none.'],
  ['HEAD', '/test/none', undefined],
])('%s %s returns 404', async (method, path, message) => {
  const service = await start();
  const { status, body } = await service.request(path, { method });
  expect(status).toBe(404);
  if (message) expect(body).toMatchObject({ code: 'NOT_FOUND', message });
});

test.each(['POST', 'PROPFIND'])(
  'an existing path answers %s with 405 and lists its methods',
  async (method) => {
    const service = await start();
    const { status, headers, body } = await service.request('/test/hello?a=1', { method });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(body).toMatchObject({ success: false, code: 'METHOD_NOT_ALLOWED' });
  },
);

test('HEAD responds as GET does, without a body', async () => {
  const service = await start();
  const { status, text, headers } = await service.request('/test/hello', { method: 'HEAD' });
  expect([status, text]).toEqual([200, '']);
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('a path that cannot be decoded is rejected in the usual envelope', async () => {
  const service = await start();
  const { status, headers, body } = await service.request('/test/%E0%A4%A');
  expect(status).toBe(400);
  expect(body).toMatchObject({ success: false, code: 'VALIDATION_FAILED', message: 'The URL is malformed.' });
  expect(headers.get('x-request-id')).toBe(body.requestId);
});

test.each([
  [
    'headers of 20 KB',
    `GET /test/hello HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
  ['text that is not HTTP', 'nonsense\r\n\r\n', 400, 'VALIDATION_FAILED'],
])('%s is rejected in the usual envelope, and the connection ends', async (_, bytes, status, code) => {
  const service = await start();
  const answer = await sendRaw(service.url, bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  const envelope = JSON.parse(body);
  expect(envelope).toMatchObject({ success: false, code });
  expect(head).toContain(`x-request-id: ${envelope.requestId}`);
});

/** Returns all bytes that the server sends before it closes the connection. */
async function sendRaw(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setEncoding('utf8').write(bytes);
  let received = '';
  for await (const part of socket) received += part;
  return received;
}

const echo = defineRoute({
  ...words,
  id: 'test.echo',
  method: 'POST',
  path: '/test/echo',
  auth: anyone,
  body: Type.Object({ a: Type.Integer({ description: 'A number.' }) }),
  example: { a: 1 },
  reply: data(Type.Unknown({ description: 'The body.' })),
});

test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, br', 'made-up'])(
  'a body with the coding %s is refused with an explanation',
  async (coding) => {
    const service = await startInTest({ routes: [serve(echo, ({ body }) => body)] });
    const answer = await service.request('/test/echo', {
      method: 'POST',
      body: gzipSync('{"a":1}').toString('latin1'),
      headers: { 'content-type': 'application/json', 'content-encoding': coding },
    });
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity']);
    expect(answer.body).toMatchObject({
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: expect.stringContaining('Compressed request bodies are not supported'),
    });
  },
);

test('a body with the coding identity is read', async () => {
  const service = await startInTest({ routes: [serve(echo, ({ body }) => body)] });
  const headers = { 'content-encoding': 'identity' };
  const answer = await service.request('/test/echo', { method: 'POST', body: { a: 1 }, headers });
  expect(answer.body.data).toEqual({ a: 1 });
});
