import {
  accepted,
  anyone,
  data,
  defineRoute,
  empty,
  list,
  listQuery,
  raw,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';
import { respond } from './call.ts';

const described = { description: 'A field.' };
const Item = Type.Object({ id: Type.String(described), note: Type.Optional(Type.String(described)) });
const get = { ...words, method: 'GET', auth: anyone } as const;

const one = defineRoute({ ...get, id: 'test.one', path: '/test/one', reply: data(Item) });
const many = defineRoute({
  ...get,
  id: 'test.many',
  path: '/test/many',
  query: listQuery(),
  reply: list(Item),
});

const serveOne = serve(one, () => ({ id: 'a' }));
const serveMany = serve(many, () => ({ items: [{ id: 'a' }], last: undefined }));

const rest = defineRoute({
  ...get,
  id: 'test.rest',
  path: '/test/rest/:id*',
  params: Type.Object({ id: Type.String(described) }),
  reply: data(Item),
});

test.each(['a', 'a/b', 'a%2Fb', 'a%2fb', 'a%20b', '%D1%8F/b'])(
  'a last parameter takes the rest of the path, decoded: %s',
  async (path) => {
    const service = await startInTest({ routes: [serve(rest, ({ params: { id } }) => ({ id }))] });
    const { body } = await service.request(`/test/rest/${path}`);
    expect(body).toEqual({ success: true, data: { id: decodeURIComponent(path) } });
  },
);

test('a service with a route outside its contract does not start', async () => {
  const edge = {
    trustedProxies: [],
    protect: async () => undefined,
    forward: async (app: import('fastify').FastifyInstance) => void app.get('/test/backdoor', () => 'open'),
  };
  await expect(startInTest({ routes: [serveOne], compose: () => ({ edge }) })).rejects.toThrow(
    'GET /test/backdoor is not part of a contract that declares its authorization.',
  );
});

test('a contract with a route without authorization does not start', async () => {
  const { auth: _, ...open } = one;
  const route = serve(open as unknown as typeof one, () => ({ id: 'a' }));
  await expect(startInTest({ routes: [route] })).rejects.toThrow('GET /test/one is not part of a contract');
});

test('the edge may forward a path and answer preflights without a contract', async () => {
  const edge = {
    trustedProxies: [],
    protect: async () => undefined,
    async forward(app: import('fastify').FastifyInstance) {
      app.options('/test/*', (_request, reply) => reply.code(204).send());
      app.get('/test/away', { config: { forwardsTo: '/test' } }, () => ({ forwarded: true }));
    },
  };
  const service = await startInTest({ routes: [serveOne], compose: () => ({ edge }) });
  expect((await service.request('/test/away')).body).toEqual({ forwarded: true });
  expect((await service.request('/test/one', { method: 'OPTIONS' })).status).toBe(204);
});

test('a value and a page of a list are sent in their envelopes', async () => {
  const service = await startInTest({ routes: [serveOne, serveMany] });
  expect((await service.request('/test/one')).body).toEqual({ success: true, data: { id: 'a' } });
  expect((await service.request('/test/many')).body).toEqual({
    success: true,
    data: [{ id: 'a' }],
    pagination: { limit: 20, nextCursor: null },
  });
});

test('a raw reply is the value itself, with the content type of its contract', async () => {
  const object = defineRoute({ ...get, id: 'test.object', path: '/test/object', reply: raw(Item) });
  const text = defineRoute({
    ...get,
    id: 'test.text',
    path: '/test/text',
    reply: raw(Type.String(described), 'text/markdown; charset=utf-8'),
  });
  const service = await startInTest({
    routes: [serve(object, () => ({ id: 'a' })), serve(text, () => '# hi')],
  });
  expect((await service.request('/test/object')).body).toEqual({ id: 'a' });
  const answer = await service.request('/test/text');
  expect([answer.text, answer.headers.get('content-type')]).toEqual(['# hi', 'text/markdown; charset=utf-8']);
});

test('bytes of a raw reply are sent unchanged, with the handler’s status and headers', async () => {
  const bytes = Buffer.from('{ "id" : "a", "unknown": 1.0 }');
  const route = defineRoute({
    ...get,
    id: 'test.bytes',
    path: '/test/bytes',
    query: Type.Object({ how: Type.String(described) }),
    reply: raw(Item),
    otherReplies: { 203: raw(Item) },
  });
  const service = await startInTest({
    routes: [
      serve(route, ({ query }) => {
        if (query.how === 'bare') return bytes;
        if (query.how === 'other') return respond(203, bytes, { 'content-type': 'application/x-other' });
        return respond(200, new Uint8Array(bytes), { age: '7' });
      }),
    ],
  });
  const bare = await service.request('/test/bytes?how=bare');
  expect([bare.status, bare.text, bare.headers.get('content-type')]).toEqual([
    200,
    String(bytes),
    'application/json',
  ]);
  const headed = await service.request('/test/bytes?how=headed');
  expect([headed.text, headed.headers.get('age')]).toEqual([String(bytes), '7']);
  const other = await service.request('/test/bytes?how=other');
  expect([other.status, other.text, other.headers.get('content-type')]).toEqual([
    203,
    String(bytes),
    'application/x-other',
  ]);
});

test('an empty reply has no body', async () => {
  const route = defineRoute({
    ...words,
    id: 'test.gone',
    method: 'DELETE',
    path: '/test/gone',
    auth: anyone,
    status: 204,
    reply: empty,
  });
  const service = await startInTest({ routes: [serve(route, () => undefined)] });
  const { status, text, headers } = await service.request('/test/gone', { method: 'DELETE' });
  expect([status, text, headers.get('content-type')]).toEqual([204, '', null]);
});

test('another declared success has its own status, shape and headers', async () => {
  const Job = Type.Object({ jobId: Type.String(described) });
  const route = defineRoute({
    ...words,
    id: 'test.make',
    method: 'POST',
    path: '/test/make',
    auth: anyone,
    query: Type.Object({ how: Type.String(described) }),
    status: 201,
    reply: data(Item),
    otherReplies: { 202: data(Job), 204: empty },
  });
  const service = await startInTest({
    routes: [
      serve(route, ({ query }) => {
        if (query.how === 'later') return respond(202, { jobId: 'j' }, { location: '/jobs/j' });
        if (query.how === 'never') return respond(204, undefined);
        if (query.how === 'named') return respond(201, { id: 'b' }, { etag: '"b"' });
        return { id: 'a' };
      }),
    ],
  });
  const make = (how: string) => service.request(`/test/make?how=${how}`, { method: 'POST' });
  expect(await make('now')).toMatchObject({ status: 201, body: { success: true, data: { id: 'a' } } });
  const later = await make('later');
  expect(later).toMatchObject({ status: 202, body: { success: true, data: { jobId: 'j' } } });
  expect(later.headers.get('location')).toBe('/jobs/j');
  expect(await make('never')).toMatchObject({ status: 204, text: '' });
  const named = await make('named');
  expect([named.status, named.headers.get('etag'), named.body.data]).toEqual([201, '"b"', { id: 'b' }]);
});

test('an accepted job has the status 202 and a location', async () => {
  const Job = Type.Object({ jobId: Type.String(described), statusUrl: Type.String(described) });
  const post = { ...words, method: 'POST', auth: anyone } as const;
  const always = defineRoute({ ...post, id: 'test.submit', path: '/test/submit', reply: accepted(Job) });
  const sometimes = defineRoute({
    ...post,
    id: 'test.maybe',
    path: '/test/maybe',
    reply: data(Item),
    otherReplies: { 202: accepted(Job) },
  });
  const job = { jobId: 'j', statusUrl: '/test/jobs/j' };
  const service = await startInTest({
    routes: [serve(always, () => job), serve(sometimes, () => respond(202, job))],
  });
  for (const path of ['/test/submit', '/test/maybe']) {
    const { status, headers, body } = await service.request(path, { method: 'POST' });
    expect([status, headers.get('location'), body]).toEqual([
      202,
      '/test/jobs/j',
      { success: true, data: job },
    ]);
  }
});

test('fields outside the contract are not sent', async () => {
  const leaky = { id: 'a', note: 'n', passwordHash: 'secret' };
  const service = await startInTest({
    routes: [serve(one, () => leaky), serve(many, () => ({ items: [leaky], last: undefined, total: 7 }))],
  });
  expect((await service.request('/test/one')).body.data).toEqual({ id: 'a', note: 'n' });
  expect((await service.request('/test/many')).body).toEqual({
    success: true,
    data: [{ id: 'a', note: 'n' }],
    pagination: { limit: 20, nextCursor: null },
  });
});

test('a handler that returns less than the contract declares causes an internal error, not a broken response', async () => {
  const service = await startInTest({ routes: [serve(one, () => ({}) as { id: string })] });
  const { status, body } = await service.request('/test/one');
  expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
});
