import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Principal } from '@valuecanvas/contracts-core';
import { createInternalVerifier, importPublicKeys } from '@valuecanvas/identity';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createKeyOfUser } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';
import { echo } from './support/stub-upstream.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.upstream.answer(echo));
afterAll(() => gateway.stop());

async function principalIn(
  identity: string,
  audience: 'canvas' | 'llm-router',
): Promise<Principal | undefined> {
  const keys = await importPublicKeys(gateway.identities.publicKeys);
  const verifier = createInternalVerifier({ audience, issuers: ['gateway'], keys });
  return (await verifier.verify(identity))?.principal;
}

describe('a forwarded request', () => {
  test('has the method, path, query and body that the client sent', async () => {
    const { body } = await gateway.service.request('/api/canvas/%7Bid%7D?a=1&b=%20x', {
      method: 'PUT',
      body: ' {"odd":  true} ',
      headers: { 'content-type': 'application/x-odd; v=1' },
    });
    expect(body).toMatchObject({
      method: 'PUT',
      url: '/api/canvas/%7Bid%7D?a=1&b=%20x',
      body: ' {"odd":  true} ',
      headers: { 'content-type': 'application/x-odd; v=1', 'content-length': '16' },
    });
  });

  test('carries an internal token for this service only, the request id and the remaining time', async () => {
    const { body: session } = await gateway.signUp();
    const { body, headers } = await gateway.service.request('/api/canvas', {
      headers: { authorization: `Bearer ${session.access_token}`, 'x-request-id': 'chosen-by-client' },
    });
    const identity = body.headers['x-vc-identity'];
    expect(await principalIn(identity, 'canvas')).toMatchObject({
      kind: 'user',
      userId: session.user.id,
      tier: 'free',
      role: 'user',
    });
    expect(await principalIn(identity, 'llm-router')).toBeUndefined();
    expect(body.headers['x-request-id']).toBe('chosen-by-client');
    expect(headers.get('x-request-id')).toBe('chosen-by-client');
    expect(Number(body.headers['x-vc-deadline-ms'])).toBe(95_000);
  });

  test('has as much time as the operator gives requests that wait for a model', async () => {
    const other = await startGateway({ LLM_DEADLINE: '300000' });
    onTestFinished(other.stop);
    const { body } = await other.service.request('/v1/chat/completions', { method: 'POST', body: '{}' });
    expect(Number(body.headers['x-vc-deadline-ms'])).toBe(305_000);
    const flags = await other.service.request('/api/flags/evaluate');
    expect(Number(flags.body.headers['x-vc-deadline-ms'])).toBe(35_000);
  });

  test('carries no internal headers of the client, no credentials and no hop-by-hop headers', async () => {
    const { owner, key } = await createKeyOfUser(gateway);
    const smuggled = {
      'x-vc-identity': await gateway.identities.signer('canvas')('llm-router', {
        kind: 'service',
        service: 'canvas',
      }),
      'x-vc-operation': 'free.ride',
      'X-VC-Job': 'job',
      'x-vc-anything': '1',
      'x-forwarded-for': '1.2.3.4',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      cookie: 'session=1',
      'x-api-key': key,
      te: 'trailers',
      'x-hop': 'once',
      connection: 'x-hop, close',
      'x-kept': 'yes',
      ...owner,
    };
    const received = await echoOf('/api/llm/chat', smuggled);
    const { 'x-vc-identity': identity, ...others } = received;
    expect(await principalIn(String(identity), 'llm-router')).toMatchObject({ kind: 'user' });
    const names = ['x-vc-operation', 'x-vc-job', 'x-vc-anything', 'x-forwarded-for', 'traceparent'];
    const credentials = ['cookie', 'x-api-key', 'authorization'];
    for (const name of [...names, ...credentials, 'te', 'x-hop']) expect(others).not.toHaveProperty(name);
    expect(others['x-kept']).toBe('yes');
    expect(others.connection).not.toContain('x-hop');
  });

  test('goes to the service with the longest matching prefix', async () => {
    const own = await gateway.service.request('/api/admin/users');
    expect(own.body.code).toBe('UNAUTHENTICATED');
    const routers = await gateway.service.request('/api/admin/costs');
    expect(await principalIn(routers.body.headers['x-vc-identity'], 'llm-router')).toBeDefined();
  });
});

describe('the gateway does not forward', () => {
  test.each([
    '/internal/flags/snapshot',
    '/api/canvas/../../internal/flags/snapshot',
    '/api/canvas/%2e%2e/%2E./internal/flags/snapshot',
    '/api/canvases',
    '/metrics',
    '//internal/flags/snapshot',
  ])('%s', async (path) => {
    const before = gateway.upstream.received.length;
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
    expect(gateway.upstream.received).toHaveLength(before);
  });

  test('a body of more than 8 MiB', async () => {
    const length = 8 * 1024 * 1024 + 1;
    const answer = await raw(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('"type":"invalid_request_error"');
  });

  test('an idempotency key of more than 255 characters', async () => {
    const headers = { 'idempotency-key': 'k'.repeat(256) };
    const { status, body } = await gateway.service.request('/api/llm/chat', { method: 'POST', headers });
    expect(status).toBe(400);
    expect(body.details).toEqual([{ path: 'idempotency-key', message: expect.any(String) }]);
  });

  test('the origin that a proxy puts in front of the path', async () => {
    const answer = await raw(
      'GET http://elsewhere.example/api/canvas?x=1 HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n',
    );
    expect(answer).toContain('"url":"/api/canvas?x=1"');
  });
});

describe('a relayed response', () => {
  test('has the status, headers and body of the service, without hop-by-hop headers', async () => {
    gateway.upstream.answer((_, response) => {
      response.writeHead(418, {
        'content-type': 'text/teapot',
        etag: '"1"',
        'set-cookie': ['a=1', 'b=2'],
        connection: 'close, x-hop',
        'x-hop': 'once',
      });
      response.end('short and stout');
    });
    const { status, headers, body } = await gateway.service.request('/api/flags');
    expect({ status, body }).toEqual({ status: 418, body: 'short and stout' });
    expect(headers.get('content-type')).toBe('text/teapot');
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(headers.has('x-hop')).toBe(false);
    expect(headers.get('connection')).not.toBe('close, x-hop');
  });

  test.each([204, 304])('has no body with status %d', async (status) => {
    gateway.upstream.answer((_, response) => response.writeHead(status).end());
    expect(await gateway.service.request('/api/flags')).toMatchObject({ status, body: '' });
  });

  test('arrives event by event, with headers before the first event', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<ServerResponse>();
    gateway.upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      open(response);
    });
    const answer = await fetch(`${gateway.service.url}/api/queue/llm/1/events`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const events = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    const response = await opened;
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      response.write(event);
      expect(await events?.read()).toEqual({ done: false, value: event });
    }
    response.end();
    expect(await events?.read()).toEqual({ done: true, value: undefined });
  });

  test('ends with an error if the service aborts it, and never looks complete', async () => {
    gateway.upstream.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n', () => response.destroy());
    });
    const answer = await fetch(`${gateway.service.url}/api/queue/llm/1/events`);
    await expect(answer.text()).rejects.toThrow();
  });
});

test('a body of several megabytes arrives completely', async () => {
  gateway.upstream.answer((request, response) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => response.end(String(length)));
  });
  const length = 7 * 1024 * 1024;
  const answer = await fetch(`${gateway.service.url}/api/llm/chat`, {
    method: 'POST',
    body: Buffer.alloc(length),
  });
  expect(await answer.text()).toBe(String(length));
});

test('a body is streamed to the service while the client is still sending it', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<string>();
  gateway.upstream.answer((request, response) => {
    request.once('data', (chunk: Buffer) => arrive(chunk.toString()));
    request.on('end', () => response.end());
  });
  const client = httpRequest(`${gateway.service.url}/api/llm/chat`, { method: 'POST' });
  client.write('first part');
  expect(await arrived).toBe('first part');
  client.end('second part');
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  expect(response.resume().statusCode).toBe(200);
});

describe('a response that starts before the request is complete', () => {
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;

  /** Opens a connection with the headers of a chunked request to a service that reads little of it. */
  function begin(connection = 'keep-alive'): { socket: Socket; answers: () => string } {
    gateway.upstream.answer((request, response) => {
      request.once('data', () => {
        request.pause();
        response.writeHead(413).end('too much');
      });
    });
    const socket = connect(Number(new URL(gateway.service.url).port), '127.0.0.1').setEncoding('utf8');
    let text = '';
    socket.on('data', (piece: string) => {
      text += piece;
    });
    socket.write(
      `POST /api/llm/chat HTTP/1.1\r\nhost: gateway\r\nconnection: ${connection}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    return { socket, answers: () => text };
  }

  const refused = /^HTTP\/1.1 413 /;

  test('reaches a client that is still sending', async () => {
    const { socket, answers } = begin();
    socket.write(chunk.repeat(64));
    await once(socket, 'close');
    expect(answers()).toMatch(refused);
  });

  test('reaches a client that has asked to close the connection', async () => {
    for (let upload = 0; upload < 20; upload += 1) {
      const { socket, answers } = begin('close');
      // Like a service of the platform, which reads the rest of a refused request. Its connection can then be used again.
      gateway.upstream.answer((request, response) => {
        request.resume();
        response.writeHead(413).end('too much');
      });
      socket.write(`${chunk.repeat(64)}0\r\n\r\n`);
      await once(socket, 'close');
      expect(answers()).toMatch(refused);
    }
  });

  test('allows the client to send the rest later and to reuse the connection', async () => {
    const { socket, answers } = begin();
    socket.write(chunk);
    await eventually(() => expect(answers()).toMatch(refused));
    gateway.upstream.answer(echo);
    socket.write(`${chunk.repeat(64)}0\r\n\r\n`);
    socket.write('GET /api/canvas HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n');
    await once(socket, 'close');
    expect(answers()).toMatch(/HTTP\/1.1 200 /);
  });
});

describe('a client that disconnects', () => {
  test.each([
    ['before the response', false],
    ['during the response', true],
  ])('%s aborts the upstream request', async (_, answered) => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<ServerResponse>();
    gateway.upstream.answer((_, response) => {
      if (answered) response.write('a part');
      reach(response);
    });
    const client = httpRequest(`${gateway.service.url}/api/llm/chat`);
    client.on('error', () => undefined);
    client.end();
    const response = await reached;
    const closed = once(response, 'close');
    if (answered) await once(client, 'response');
    client.destroy();
    await closed;
    expect(response.writableFinished).toBe(false);
  });
});

describe('an unavailable service', () => {
  test('that returns within two seconds loses no request of any method', async () => {
    await gateway.upstream.goAway();
    const before = await counted();
    const requests = [
      gateway.service.request('/api/canvas'),
      gateway.service.request('/api/canvas/1', { method: 'DELETE' }),
      gateway.service.request('/api/llm/chat', { method: 'POST', body: { prompt: 'whole' } }),
    ];
    await eventually(async () => expect(await counted()).toBe(before + requests.length));
    await gateway.upstream.comeBack();
    const answers = await Promise.all(requests);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[2]?.body.body).toBe('{"prompt":"whole"}');
  });

  test('is reported in the dialect of the path, and other services keep working', async () => {
    await gateway.upstream.goAway();
    try {
      const [canvas, models, own] = await Promise.all([
        gateway.service.request('/api/canvas'),
        gateway.service.request('/v1/models'),
        gateway.signUp(),
      ]);
      expect(canvas.status).toBe(503);
      expect(canvas.body).toMatchObject({ success: false, code: 'DEPENDENCY_UNAVAILABLE', retryAfter: 2 });
      expect(models.body.error).toMatchObject({ type: 'api_error', code: 'DEPENDENCY_UNAVAILABLE' });
      expect(own.status).toBe(200);
    } finally {
      await gateway.upstream.comeBack();
      // The gateway learns from a response that the services are back.
      await Promise.all(['/api/canvas', '/v1/models'].map((path) => gateway.service.request(path)));
    }
  });

  test.each([
    ['POST', { prompt: 'x' }],
    ['DELETE', undefined],
  ])('receives an interrupted %s only once, because it may have processed it', async (method, body) => {
    const before = gateway.upstream.received.length;
    gateway.upstream.answer((request) => request.resume().once('end', () => request.socket.destroy()));
    const { status } = await gateway.service.request('/api/canvas/1', { method, body });
    expect(status).toBe(503);
    expect(gateway.upstream.received).toHaveLength(before + 1);
  });

  test('receives an interrupted read request again', async () => {
    let calls = 0;
    gateway.upstream.answer((request, response) => {
      calls += 1;
      if (calls === 1) request.socket.destroy();
      else echo(request, response);
    });
    expect((await gateway.service.request('/api/canvas')).status).toBe(200);
    expect(calls).toBe(2);
  });
});

test('forwarded requests are measured by operation, and by prefix if the contract knows no such path', async () => {
  await gateway.service.request('/api/prompts/versions');
  await gateway.service.request('/api/prompts/a/b/c/d');
  await eventually(async () => {
    const metrics = await (await fetch(`${gateway.service.internalUrl}/metrics`)).text();
    expect(metrics).toContain('operation="prompts.listVersions",status="200"');
    expect(metrics).toContain('operation="forward /api/prompts",status="200"');
  });
});

/** Returns the number of anonymous requests that the gateway has admitted. */
async function counted(): Promise<number> {
  return Number(await gateway.redis.client.get(`${gateway.redis.prefix}:requests:address:127.0.0.1`));
}

/** Sends raw bytes, which no client library would send. Returns the whole response as text. */
async function raw(bytes: string): Promise<string> {
  const { port, hostname } = new URL(gateway.service.url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Returns the headers that a service receives. The client can set any header. */
async function echoOf(path: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const client = httpRequest(`${gateway.service.url}${path}`, { headers });
  client.end();
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()).headers;
}

describe('below /v1, a request that is not forwarded is refused in the dialect of OpenAI', () => {
  test.each([
    ['a method that no service has', 'OPTIONS', '/v1/chat/completions', 405, 'METHOD_NOT_ALLOWED'],
    ['a path that cannot be decoded', 'GET', '/v1/models/%ZZ', 400, 'VALIDATION_FAILED'],
    ['a path that cannot be decoded, with a query', 'GET', '/v1/%C3?a=1', 400, 'VALIDATION_FAILED'],
  ])('%s', async (_, method, path, status, code) => {
    const answer = await gateway.service.request(path, { method });
    expect(answer).toMatchObject({
      status,
      body: { error: { message: expect.any(String), type: expect.any(String), error_code: code } },
    });
  });
});
