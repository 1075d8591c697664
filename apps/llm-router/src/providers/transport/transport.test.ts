import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { eventually } from '@valuecanvas/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { StreamEvent } from '../../protocol/completion.ts';
import { providerInTest } from '../test-support/provider-in-test.ts';
import { startServerInTest } from '../test-support/server-in-test.ts';
import {
  answer,
  begin,
  callOf,
  chunk,
  done,
  errorOf,
  read,
  tookMs,
  transportTo,
  transportWith,
} from '../test-support/transport-in-test.ts';
import { createTransport } from './transport.ts';

const textOf = (events: readonly StreamEvent[]) => Buffer.concat(events.map(({ bytes }) => bytes)).toString();

test('a call carries its key and its request id', async () => {
  const { url, requests } = await startServerInTest((response) => response.end(JSON.stringify(answer)));
  await transportTo(`${url}/`, 'sk-secret').complete(callOf({ body: '{"a":"é"}', requestId: 'req-1' }));
  await transportTo(url).complete(callOf());
  expect(requests).toMatchObject([
    {
      url: '/v1/chat/completions',
      body: '{"a":"é"}',
      headers: {
        authorization: 'Bearer sk-secret',
        'x-request-id': 'req-1',
        'content-type': 'application/json',
      },
    },
    { url: '/v1/chat/completions' },
  ]);
  expect(requests[1]?.headers).not.toHaveProperty('authorization');
});

test('a provider as in Azure gets the query of its base URL and its key as `api-key`', async () => {
  const { url, requests } = await startServerInTest((response) => response.end(JSON.stringify(answer)));
  const provider = providerInTest({
    baseUrl: `${url}/?api-version=2024-10-21`,
    apiKey: 'secret',
    keyHeader: 'api-key',
  });
  const transport = createTransport(provider);
  onTestFinished(() => void transport.close());
  await transport.complete(callOf());
  expect(requests[0]?.url).toBe('/v1/chat/completions?api-version=2024-10-21');
  expect(requests[0]?.headers).toMatchObject({ 'api-key': 'secret' });
  expect(requests[0]?.headers).not.toHaveProperty('authorization');
});

test('the bytes of an answer are the received bytes', async () => {
  const text = `\n\n ${JSON.stringify({ ...answer, unknown: 'é😀' }, undefined, 3)}`;
  const transport = await transportWith((response) => {
    const bytes = Buffer.from(text);
    response.write(bytes.subarray(0, bytes.length - 9));
    response.end(bytes.subarray(bytes.length - 9));
  });
  const whole = await transport.complete(callOf());
  expect(whole.bytes.toString()).toBe(text);
  expect(whole.answer).toEqual({ ...answer, unknown: 'é😀' });
});

test('a stalled answer is detected within half a second of the timeout', async () => {
  const transport = await transportWith((response) => response.write('{"choices":'));
  const call = transport.complete(callOf({ stallMs: 300 }));
  const ms = await tookMs(call);
  expect(ms).toBeGreaterThan(290);
  expect(ms).toBeLessThan(800);
  expect(await errorOf(call)).toMatchObject({ fault: 'timeout', billed: 'maybe', receivedBytes: 11 });
});

/** Sends keep-alives for longer than the first-byte timeout of the calls, then the rest. */
const aliveUntil = (keepAlive: string, rest: string) => (response: ServerResponse) => {
  if (keepAlive.startsWith(':')) begin(response);
  let left = 10;
  const writing = setInterval(() => {
    left -= 1;
    response.write(left > 0 ? keepAlive : rest);
    if (left === 0) clearInterval(writing);
  }, 50);
  response.on('close', () => clearInterval(writing));
};

test('each keep-alive before an answer restarts the first-byte timeout', async () => {
  const whole = await transportWith((response) => {
    aliveUntil('\n', JSON.stringify(answer))(response);
    setTimeout(() => response.end(), 600);
  });
  expect((await whole.complete(callOf({ firstByteMs: 300 }))).answer).toEqual(answer);
  const stream = await transportWith(aliveUntil(': wait\n\n', `${chunk('a', 'stop')}${done}`));
  expect(await read(await stream.stream(callOf({ firstByteMs: 300 })))).toHaveLength(2);
});

test('keep-alives are no part of the answer, and a provider that is silent after them times out', async () => {
  const whole = (await transportWith(aliveUntil('\n', ''))).complete(callOf({ firstByteMs: 300 }));
  const stream = (await transportWith(aliveUntil(': wait\n\n', ''))).stream(callOf({ firstByteMs: 300 }));
  expect(await errorOf(whole)).toMatchObject({ fault: 'timeout', billed: 'maybe', receivedBytes: 0 });
  expect(await errorOf(stream)).toMatchObject({ fault: 'timeout', billed: 'maybe', receivedBytes: 0 });
});

test('a call to a closed port costs nothing', async () => {
  const error = await errorOf(transportTo('http://127.0.0.1:1/v1').complete(callOf()));
  expect(error).toMatchObject({ fault: 'unavailable', billed: 'no', receivedBytes: 0 });
});

test('a call of a disconnected client opens no connection', async () => {
  const { url, requests } = await startServerInTest((response) => response.end(JSON.stringify(answer)));
  const signal = AbortSignal.abort();
  expect(await errorOf(transportTo(url).complete(callOf({ signal })))).toMatchObject({
    fault: 'cancelled',
    billed: 'no',
  });
  expect(requests).toEqual([]);
});

test.each(['complete', 'stream'] as const)(
  'a client disconnect closes the connection of %s, which may have cost something',
  async (method) => {
    const caller = new AbortController();
    let closed = false;
    const transport = await transportWith((response) => {
      response.on('close', () => {
        closed = true;
      });
      caller.abort();
    });
    const error = await errorOf(transport[method](callOf({ signal: caller.signal })));
    expect(error).toMatchObject({ fault: 'cancelled', billed: 'maybe' });
    await eventually(() => expect(closed).toBe(true));
  },
);

test('a call cancelled while waiting for a connection never reaches the provider', async () => {
  const { url, requests } = await startServerInTest((response) =>
    setImmediate(() => response.end(JSON.stringify(answer))),
  );
  const transport = createTransport(providerInTest({ baseUrl: url }), { connections: 1 });
  onTestFinished(() => void transport.close());
  const caller = new AbortController();
  const first = transport.complete(callOf());
  const second = transport.complete(callOf({ signal: caller.signal }));
  caller.abort();
  expect(await errorOf(second)).toMatchObject({ fault: 'cancelled', billed: 'no' });
  await first;
  await transport.complete(callOf());
  expect(requests).toHaveLength(2);
});

test('connections are reused after whole answers and after streams', async () => {
  const ports = new Set<number | undefined>();
  const transport = await transportWith((response) => {
    ports.add(response.socket?.remotePort);
    if (ports.size > 0 && response.req.headers['x-request-id'] === 'whole')
      response.end(JSON.stringify(answer));
    else {
      begin(response, chunk('a', 'stop'), done);
      response.end();
    }
  });
  for (const requestId of ['whole', 'stream', 'whole', 'stream', 'whole']) {
    if (requestId === 'whole') await transport.complete(callOf({ requestId }));
    else await read(await transport.stream(callOf({ requestId })));
    // The socket is released one event loop turn after the end of the body was read.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
  expect(ports.size).toBeLessThanOrEqual(2);
});

test('an error status is reported even if its body never arrives', async () => {
  const transport = await transportWith((response) => {
    response.statusCode = 503;
    response.setHeader('retry-after', '9');
    response.write('{"error":');
  });
  const call = callOf({ firstByteMs: 100, stallMs: 100 });
  for (const method of ['complete', 'stream'] as const) {
    expect(await errorOf(transport[method](call))).toMatchObject({
      fault: 'unavailable',
      billed: 'no',
      retryAfterSeconds: 9,
    });
  }
});

test('the size of an answer is limited', async () => {
  const endless = (response: ServerResponse, text: string) => {
    const more = (): boolean => !response.destroyed && response.write(text) && more();
    response.on('drain', more);
    more();
  };
  const megabyte = 'x'.repeat(1024 * 1024);
  const whole = await transportWith((response) => endless(response, megabyte));
  expect(await errorOf(whole.complete(callOf()))).toMatchObject({ fault: 'bad_response', billed: 'maybe' });
  const refused = await transportWith((response) => {
    response.statusCode = 500;
    endless(response, megabyte);
  });
  expect(await errorOf(refused.complete(callOf()))).toMatchObject({ fault: 'unavailable', billed: 'no' });
  const event = await transportWith((response) => {
    begin(response, chunk('a'), 'data: ');
    endless(response, megabyte);
  });
  expect(await errorOf(event.stream(callOf()).then(read))).toMatchObject({ fault: 'bad_response' });
  const page = await transportWith((response) => endless(response, megabyte));
  expect(await errorOf(page.stream(callOf()))).toMatchObject({ fault: 'bad_response' });
});

test.each<[what: string, events: string[], fault: string | undefined]>([
  ['that is complete, without [DONE]', [chunk('a', 'stop')], undefined],
  ['whose [DONE] lacks its blank line', [chunk('a'), 'data: [DONE]'], undefined],
  ['whose answer is incomplete', [chunk('a')], 'unavailable'],
  [
    'of which one of two choices is finished',
    [chunk('a', 'stop'), 'data: {"choices":[{"index":1}]}\n\n'],
    'unavailable',
  ],
  ['that breaks off in an event', [chunk('a'), 'data: {"choices":[{"ind'], 'unavailable'],
  ['with an event that is no object', [chunk('a'), 'data: 7\n\n'], 'bad_response'],
  ['with invalid choices', [chunk('a'), 'data: {"choices":[7]}\n\n'], 'bad_response'],
  ['with empty data', [chunk('a'), 'data:\n\n', done], undefined],
  ['without an event', [], 'bad_response'],
  ['without a choice', ['data: {"choices":[]}\n\n', done], 'bad_response'],
])('a stream %s ends accordingly', async (_, events, fault) => {
  const transport = await transportWith((response) => {
    begin(response, ...events);
    response.end();
  });
  const reading = transport.stream(callOf()).then(read);
  // Clients parse the data of every event, so empty data reaches them as a comment.
  const expected = events.join('').replace('data:\n\n', ': keep-alive\n\n');
  if (fault === undefined) expect(textOf(await reading).startsWith(expected)).toBe(true);
  else expect(await errorOf(reading)).toMatchObject({ fault, billed: 'maybe' });
});

test.each([
  ['application/json', '{"choices":[]}', 'bad_response', 'maybe'],
  ['application/json', '{"choices":[{"mess', 'bad_response', 'maybe'],
  ['text/html', '<html></html>', 'bad_response', 'maybe'],
  ['application/json', '', 'bad_response', 'maybe'],
  ['application/json', '{"error":{"message":"No.","type":"invalid_request_error"}}', 'caller', 'no'],
])('%s instead of a stream is an error: %s', async (type, body, fault, billed) => {
  const transport = await transportWith((response) => {
    response.setHeader('content-type', type);
    response.end(body);
  });
  expect(await errorOf(transport.stream(callOf()))).toMatchObject({ fault, billed });
});

const asked = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Rye.' }, finish_reason: 'stop' }],
};
const called = {
  choices: [
    {
      index: 0,
      message: {
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
};
const events = [chunk('Rye'), chunk('.', 'stop')];
const lines = events.map((event) => event.slice('data: '.length).trim());
const contentIn = (read: readonly StreamEvent[]) =>
  read.map(({ data }) => data?.choices[0]?.delta?.content ?? '').join('');

test.each([
  ['events', 'application/json', [...events, done]],
  ['events', 'text/plain; charset=utf-8', [...events, done]],
  ['events after blank lines', 'application/x-ndjson', ['\n', '\n', ...events, done]],
  ['events', undefined, [...events, done]],
  ['lines of JSON', 'application/x-ndjson', lines.map((line) => `${line}\n`)],
  ['lines of JSON, the last without its end', 'text/event-stream', [`${lines[0]}\r\n`, lines[1] ?? '']],
  ['lines of JSON with keep-alives', 'application/json', [`\n\n${lines[0]}\n`, '\n', `\n${lines[1]}\n`]],
  ['a whole answer', 'application/json', [JSON.stringify(asked)]],
  ['a whole answer with a final line break', 'text/event-stream', [`${JSON.stringify(asked)}\n`]],
  ['a whole answer over many lines', 'application/json', [JSON.stringify(asked, undefined, 2)]],
  ['a whole answer as an event', 'text/event-stream', [`data: ${JSON.stringify(asked)}\n\n`, done]],
  [
    'an answer whose last event lacks its blank line',
    'text/event-stream',
    [events[0] ?? '', events[1]?.trim() ?? ''],
  ],
])('a stream that arrives as %s under %s is read', async (_, type, parts) => {
  const transport = await transportWith(async (response) => {
    if (type !== undefined) response.setHeader('content-type', type);
    for (const part of parts) await new Promise((resolve) => response.write(part, resolve));
    response.end();
  });
  const received = await read(await transport.stream(callOf()));
  expect(contentIn(received)).toBe('Rye.');
  for (const { bytes } of received) expect(bytes.toString()).toMatch(/^\s*data: .*\n\n$/s);
});

test('the tool calls of a whole answer are numbered, as clients of streams expect', async () => {
  const transport = await transportWith((response) => response.end(JSON.stringify(called)));
  const [event] = await read(await transport.stream(callOf()));
  expect(event?.data?.choices[0]?.delta?.tool_calls).toMatchObject([{ index: 0, id: 'a' }]);
});

test('lines of JSON are read as they arrive', async () => {
  const transport = await transportWith((response) => response.write(`${lines[0]}\n`));
  const stream = await transport.stream(callOf());
  expect((await stream.events[Symbol.asyncIterator]().next()).value).toHaveLength(1);
  stream.cancel();
});

test('an event may be as large as a whole answer', async () => {
  const large = 'x'.repeat(6 * 1024 * 1024);
  const transport = await transportWith((response) => {
    begin(response);
    response.end(`${chunk(large)}${chunk('', 'stop')}${done}`);
  });
  expect(contentIn(await read(await transport.stream(callOf())))).toHaveLength(large.length);
});

test('the operator limits the size of answers and events', async () => {
  const { url } = await startServerInTest((response, { body }) => {
    if (body === 'stream') begin(response);
    response.end(
      body === 'stream'
        ? `${chunk('x'.repeat(2_000))}${done}`
        : JSON.stringify({ ...answer, x: 'x'.repeat(2_000) }),
    );
  });
  const transport = createTransport(providerInTest({ baseUrl: url }), { maxAnswerBytes: 1_000 });
  onTestFinished(() => void transport.close());
  expect(await errorOf(transport.complete(callOf()))).toMatchObject({ fault: 'bad_response' });
  expect(await errorOf(transport.stream(callOf({ body: 'stream' })))).toMatchObject({
    fault: 'bad_response',
  });
});

test('a connection reset after the request was sent may have cost something', async () => {
  const server = createServer((socket: Socket) => socket.once('data', () => socket.resetAndDestroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const transport = transportTo(`http://127.0.0.1:${port}/v1`);
  for (const method of ['complete', 'stream'] as const) {
    expect(await errorOf(transport[method](callOf()))).toMatchObject({
      fault: 'unavailable',
      billed: 'maybe',
      receivedBytes: 0,
    });
  }
});

test('no error contains the key, wherever the provider repeats it', async () => {
  const said = JSON.stringify({ error: { message: 'The key sk-secret is bad.', code: 'invalid_api_key' } });
  const { url } = await startServerInTest((response) => response.end(said));
  const error = await errorOf(transportTo(url, 'sk-secret').complete(callOf()));
  expect(error.message).toBe('The key [key] is bad.');
});
