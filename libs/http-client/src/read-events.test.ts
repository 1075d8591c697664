import {
  AppError,
  anyone,
  data,
  defineContract,
  defineRoute,
  file,
  toErrorEnvelope,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from './create-client.ts';
import { type Answer, contextFor, serveInTest } from './test-support/service-in-test.ts';

const described = { description: 'A text.' };
const words = { summary: 'A route', description: 'A test route.', auth: anyone, errors: [] } as const;
const contract = defineContract({
  service: 'canvas',
  title: 'Test',
  description: 'A stream and a file.',
  prefixes: ['/items'],
  callers: [],
  routes: {
    watch: defineRoute({
      ...words,
      id: 'test.watch',
      method: 'GET',
      path: '/items',
      reply: data(Type.String(described)),
      events: { step: Type.Object({ n: Type.Integer(described) }), done: Type.String(described) },
    }),
    download: defineRoute({
      ...words,
      id: 'test.download',
      method: 'GET',
      path: '/items/file',
      reply: file('text/plain'),
    }),
  },
});

async function clientOf(answer: Answer) {
  const { port } = await serveInTest(answer);
  const client = createClient(contract, { baseUrl: `http://127.0.0.1:${port}`, sign: async () => 'token' });
  onTestFinished(() => client.close());
  return client;
}

const events =
  (...parts: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    response.end();
  };

const step = (n: number) => `event: step\nid: ${n}\ndata: {"n":${n}}\n\n`;
const done = 'event: done\ndata: "all"\n\n';

async function collect(answer: Answer, context = contextFor()) {
  const client = await clientOf(answer);
  const seen: unknown[] = [];
  let failure: unknown;
  try {
    for await (const event of await client.stream.watch({}, context)) seen.push(event);
  } catch (error) {
    failure = error;
  }
  return { seen, failure };
}

test('events are typed by name, comments are skipped, and done is the last', async () => {
  const { seen, failure } = await collect(
    events(step(1), ': ping\n\n', step(2).slice(0, 9), step(2).slice(9), done, step(3)),
  );
  expect(failure).toBeUndefined();
  expect(seen).toEqual([
    { name: 'step', id: '1', data: { n: 1 } },
    { name: 'step', id: '2', data: { n: 2 } },
    { name: 'done', id: undefined, data: 'all' },
  ]);
});

test('an error event is thrown as the AppError that it carries', async () => {
  const envelope = toErrorEnvelope(new AppError('BUDGET_EXCEEDED', { extra: { limit: 5 } }), 'r');
  const { seen, failure } = await collect(
    events(step(1), `event: error\ndata: ${JSON.stringify(envelope)}\n\n`),
  );
  expect(seen).toHaveLength(1);
  expect(failure).toMatchObject({ name: 'AppError', code: 'BUDGET_EXCEEDED', extra: { limit: 5 } });
});

test('a stream that ends without done yields its events and then fails with DEPENDENCY_UNAVAILABLE', async () => {
  const { seen, failure } = await collect(events(step(1)));
  expect(seen).toHaveLength(1);
  expect(failure).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});

test('a broken connection is DEPENDENCY_UNAVAILABLE', async () => {
  const { failure } = await collect((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(step(1), () => response.destroy());
  });
  expect(failure).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});

test('an error response is thrown before the first event', async () => {
  const client = await clientOf((response) => {
    const envelope = toErrorEnvelope(new AppError('NOT_FOUND'), 'r');
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(envelope));
  });
  await expect(client.stream.watch({}, contextFor())).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('breaking out of the loop, or an abort, closes the connection', async () => {
  const closed: Promise<void>[] = [];
  const answer: Answer = (response) => {
    closed.push(new Promise((resolve) => response.once('close', resolve)));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(step(1));
  };
  const client = await clientOf(answer);
  for await (const _event of await client.stream.watch({}, contextFor())) break;
  await closed[0];

  const abort = new AbortController();
  const stream = await client.stream.watch({}, contextFor({ signal: abort.signal }));
  await stream.next();
  abort.abort();
  await expect(stream.next()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  await closed[1];
});

test('a file has its type and version, and can be read whole or in parts', async () => {
  const client = await clientOf((response) => {
    response.writeHead(200, { 'content-type': 'text/plain', etag: '"7"', 'content-disposition': 'inline' });
    response.write('one ');
    response.end('two');
  });
  const received = await client.call.download({}, contextFor());
  expect(received).toMatchObject({
    contentType: 'text/plain',
    entityTag: '"7"',
    contentDisposition: 'inline',
  });
  expect(Buffer.from(await received.bytes()).toString()).toBe('one two');
});

test('a file whose connection breaks is DEPENDENCY_UNAVAILABLE', async () => {
  const client = await clientOf((response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
    response.write('one', () => response.destroy());
  });
  const received = await client.call.download({}, contextFor());
  await expect(received.bytes()).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});
