import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rawRequest } from './support/raw-request.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';
import { echo } from './support/stub-upstream.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.upstream.answer(echo));
afterAll(() => gateway.stop());

const raw = (bytes: string) => rawRequest(gateway.service.url, bytes);

describe('an ambiguous request reaches no service, and its connection is closed:', () => {
  test.each([
    ['a content length and chunks', 'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'content-length: 4\r\ncontent-length: 5\r\n\r\nabcde'],
    ['a malformed content length', 'content-length: +4\r\n\r\nabcd'],
    ['a coding after chunked', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'x-a: b\r\n c\r\ncontent-length: 0\r\n\r\n'],
    ['a space before the colon', 'content-length : 0\r\n\r\n'],
    ['lines without a carriage return', 'x-a: b\ncontent-length: 0\n\n'],
    ['a header with a null byte', 'x-a: b\0c\r\n\r\n'],
  ])('%s', async (_, rest) => {
    const before = gateway.upstream.received.length;
    const answer = await raw(`POST /api/llm/chat HTTP/1.1\r\nhost: gateway\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"VALIDATION_FAILED"');
    expect(answer.match(/^HTTP/gm)).toHaveLength(1);
    expect(gateway.upstream.received).toHaveLength(before);
  });

  test('an unknown transfer coding', async () => {
    const answer = await raw(
      'POST /api/llm/chat HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('malformed chunks in a forwarded body, which do not crash the gateway', async () => {
    const { authorization } = await gateway.bearer();
    const codings = 'transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n';
    const start = `POST /api/llm/chat HTTP/1.1\r\nhost: gateway\r\nauthorization: ${authorization}\r\n`;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await raw(`${start}${codings}`)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test('a request without a host header', async () => {
    expect(await raw('GET /api/canvas HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('an unsupported request', () => {
  test.each([
    ['TRACE', 'TRACE /api/canvas HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n', /^HTTP\/1\.1 405 /],
    ['CONNECT', 'CONNECT internal:22 HTTP/1.1\r\nhost: internal:22\r\n\r\n', /^$/],
    [
      'a path of 20 KB',
      `GET /api/canvas/${'a'.repeat(20_000)} HTTP/1.1\r\nhost: gateway\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    [
      'headers of 20 KB together',
      `GET /api/canvas HTTP/1.1\r\nhost: gateway\r\n${'x-a: 12345678\r\n'.repeat(1_400)}\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
  ])('is refused: %s', async (_, bytes, refusal) => {
    const before = gateway.upstream.received.length;
    expect(await raw(bytes)).toMatch(refusal);
    expect(gateway.upstream.received).toHaveLength(before);
  });

  test('a protocol upgrade is ignored', async () => {
    const answer = await raw(
      'GET /api/canvas HTTP/1.1\r\nhost: gateway\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('"upgrade"');
  });
});

test('a client cannot remove internal headers by naming them in its connection header', async () => {
  const answer = await raw(
    'GET /api/canvas HTTP/1.1\r\nhost: gateway\r\nconnection: close, x-vc-identity, x-vc-deadline-ms, x-request-id\r\n\r\n',
  );
  for (const name of ['x-vc-identity', 'x-vc-deadline-ms', 'x-request-id'])
    expect(answer).toContain(`"${name}":"`);
});

describe('a body without a content length', () => {
  test('that becomes malformed closes its connection and does not crash the process', async () => {
    const escaped: Error[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => escaped.push(error));
    const begin =
      'POST /api/llm/chat HTTP/1.1\r\nhost: gateway\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n';
    for (let turn = 0; turn < 20; turn += 1) expect(await raw(`${begin}zz\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    await gateway.service.request('/api/canvas');
    process.removeAllListeners('uncaughtException');
    for (const other of others) process.on('uncaughtException', other);
    expect(escaped).toEqual([]);
  });

  test('of more than 8 MiB is refused, and the service sees it as incomplete', async () => {
    const ended = Promise.withResolvers<boolean>();
    gateway.upstream.answer((request) => {
      request.resume().once('close', () => ended.resolve(request.complete));
      request.on('error', () => undefined);
    });
    const client = httpRequest(`${gateway.service.url}/api/llm/chat`, { method: 'POST' });
    client.on('error', () => undefined);
    const answered = once(client, 'response') as Promise<[IncomingMessage]>;
    for (let mebibyte = 0; mebibyte < 9; mebibyte += 1) client.write(Buffer.alloc(1024 * 1024));
    const [response] = await answered;
    expect(response.resume().statusCode).toBe(413);
    client.destroy();
    expect(await ended.promise).toBe(false);
  });

  test('of less than 8 MiB is forwarded completely', async () => {
    const client = httpRequest(`${gateway.service.url}/api/llm/chat`, { method: 'POST' });
    const answered = once(client, 'response') as Promise<[IncomingMessage]>;
    client.write('first, ');
    client.end('last');
    const [response] = await answered;
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(JSON.parse(Buffer.concat(chunks).toString()).body).toBe('first, last');
  });
});

test('a client that does not read causes backpressure upstream, and buffered data is bounded', async () => {
  let written = 0;
  let progressAt = performance.now();
  const { promise: reached, resolve: reach } = Promise.withResolvers<ServerResponse>();
  gateway.upstream.answer((_, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const fill = (): void => {
      progressAt = performance.now();
      do written += chunk.length;
      while (response.write(chunk));
    };
    response.on('drain', fill);
    fill();
    reach(response);
  });
  const client = httpRequest(`${gateway.service.url}/api/llm/chat`).end();
  const [unread] = (await once(client, 'response')) as [IncomingMessage];
  unread.on('error', () => undefined);
  const service = await reached;
  await eventually(() => expect(performance.now() - progressAt).toBeGreaterThan(500));
  expect(written).toBeLessThan(32 * 1024 * 1024);
  const closed = once(service, 'close');
  client.destroy();
  await closed;
});

test('an event stream sends its headers before the first event, and disables buffering by proxies', async () => {
  gateway.upstream.answer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
  });
  const client = httpRequest(`${gateway.service.url}/v1/chat/completions`).end();
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  expect(response.headers['x-accel-buffering']).toBe('no');
  client.destroy();
});
