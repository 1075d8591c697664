import {
  anonymous,
  anyone,
  data,
  defineRoute,
  headers,
  raw,
  strictObject,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const described = { description: 'A field.' };
const id = '0190d4c6-7f3e-7a3b-8b1a-5a1d3c9e2f10';

const save = defineRoute({
  ...words,
  id: 'test.save',
  method: 'POST',
  path: '/test/save',
  auth: anyone,
  body: strictObject({
    name: Type.String({ minLength: 1, maxLength: 10, ...described }),
    amount: Type.Optional(Type.Integer({ minimum: 0, ...described })),
    kind: Type.Optional(Type.Enum(['big', 'small'], described)),
    tags: Type.Optional(Type.Array(Type.String(), described)),
    size: Type.Optional(strictObject({ width: Type.Number(described) })),
  }),
  reply: data(Type.Unknown(described)),
  bodyLimitBytes: 1_000,
});

const find = defineRoute({
  ...words,
  id: 'test.find',
  method: 'GET',
  path: '/test/items/:id',
  auth: anyone,
  params: Type.Object({ id: Type.String({ format: 'uuid', ...described }) }),
  query: strictObject({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, ...described })),
    deep: Type.Optional(Type.Boolean(described)),
    text: Type.Optional(Type.String(described)),
    ratio: Type.Optional(Type.Number(described)),
  }),
  reply: raw(Type.Unknown(described)),
});

const activate = defineRoute({
  ...words,
  id: 'test.activate',
  method: 'POST',
  path: '/test/activate',
  auth: anyone,
  reply: data(Type.Unknown(described)),
});

const start = () =>
  startInTest({
    routes: [
      serve(save, ({ body }) => body),
      serve(find, ({ params, query }) => ({ params, query })),
      serve(activate, () => 'active'),
    ],
  });

async function post(body: unknown, headers: Record<string, string> = {}) {
  const service = await start();
  return service.request('/test/save', { method: 'POST', body, headers });
}

async function get(search: string, of = id) {
  const service = await start();
  return service.request(`/test/items/${of}${search}`);
}

test.each([
  ['a missing field', {}, 'name', 'is required'],
  ['an unknown field', { name: 'a', nmae: 'b' }, 'nmae', 'is not a known field'],
  ['a wrong type', { name: 7 }, 'name', 'must be string'],
  [
    'a string that looks like a number, because a body is not converted',
    { name: 'a', amount: '7' },
    'amount',
    'integer',
  ],
  ['a value out of bounds', { name: 'a', amount: -1 }, 'amount', '0'],
  ['a value outside the allowed values', { name: 'a', kind: 'huge' }, 'kind', 'must be one of big, small'],
  ['an item of a list', { name: 'a', tags: ['b', 7] }, 'tags.1', 'must be string'],
  ['a missing nested field', { name: 'a', size: {} }, 'size.width', 'is required'],
  [
    'an unknown nested field',
    { name: 'a', size: { width: 1, depth: 2 } },
    'size.depth',
    'is not a known field',
  ],
  ['a body that is not an object', ['a'], '', 'must be object'],
])('%s is reported with its path', async (_, body, path, message) => {
  const { status, body: answer } = await post(body);
  expect(status).toBe(400);
  expect(answer).toMatchObject({ success: false, code: 'VALIDATION_FAILED' });
  expect(answer.details).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test('null counts as absent for an optional field, and is refused for a required one', async () => {
  const { status, body } = await post({ name: 'a', amount: null, kind: null, size: null });
  expect([status, body.data]).toEqual([200, { name: 'a' }]);
  const refused = await post({ name: null, size: { width: null } });
  expect(refused.status).toBe(400);
  expect(refused.body.details.map(({ path }: { path: string }) => path).toSorted()).toEqual([
    'name',
    'size.width',
  ]);
});

test('all errors of a body are reported together, up to twenty', async () => {
  const { body: few } = await post({ amount: 'x', kind: 'y' });
  expect(few.details.map(({ path }: { path: string }) => path).toSorted()).toEqual([
    'amount',
    'kind',
    'name',
  ]);
  expect((await post({ tags: Array.from({ length: 50 }, () => 1) })).body.details.length).toBeLessThan(21);
});

test('many unknown fields are still reported one by one', async () => {
  const unknown = Array.from({ length: 25 }, (_, index) => [`field${index}`, 1]);
  const { body } = await post({ name: 'a', ...Object.fromEntries(unknown) });
  expect(body.details[0]).toEqual({ path: 'field0', message: 'is not a known field' });
  expect(body.details.length).toBeGreaterThan(5);
});

test('query texts are converted to the types of the contract and get its defaults', async () => {
  const { body } = await get('?deep=true&text=007&ratio=0.5');
  expect(body.query).toEqual({ limit: 20, deep: true, text: '007', ratio: 0.5 });
  expect((await get('?limit=5')).body.query).toEqual({ limit: 5 });
});

test.each([
  ['?limit=many', 'limit'],
  ['?limit=', 'limit'],
  ['?limit=101', 'limit'],
  ['?limit=1&limit=2', 'limit'],
  ['?deep=yes', 'deep'],
  ['?other=1', 'other'],
])('the query %s is rejected and its parameter named', async (search, path) => {
  const { status, body } = await get(search);
  expect([status, body.details[0].path]).toEqual([400, path]);
});

test('a parameter that is not a UUID is rejected before any lookup', async () => {
  const { status, body } = await get('', '42');
  expect([status, body.code, body.details[0].path]).toEqual([400, 'VALIDATION_FAILED', 'id']);
});

test.each([
  ['NUL in a text', '{"name":"a\\u0000b"}'],
  ['NUL in the name of a field', '{"name":"a","\\u0000":1}'],
  ['NUL after an escaped backslash', '{"name":"\\\\\\u0000"}'],
  ['a high surrogate without a low one', '{"name":"\\ud83dx"}'],
  ['a low surrogate without a high one', '{"name":"\\udc00"}'],
  ['a low surrogate after text that only looks like a high one', '{"name":"\\\\ud800\\udc00"}'],
])('text that PostgreSQL cannot store is rejected in a body: %s', async (_, body) => {
  const { status, body: answer } = await post(body);
  expect([status, answer.message]).toEqual([
    400,
    'Text must not contain the NUL character or half of a surrogate pair.',
  ]);
});

test('a body that is not UTF-8 is rejected, not stored as different text', async () => {
  const service = await start();
  const answer = await fetch(`${service.url}/test/save`, {
    method: 'POST',
    headers: { [headers.identity]: await service.token(anonymous), 'content-type': 'application/json' },
    body: Buffer.from('{"name":"caf\xe9"}', 'latin1'),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ message: 'The body is not valid UTF-8.' });
});

test.each(['\\u0000', '\\ud83d', '\u{1f600}'])('the harmless text %s is accepted', async (name) => {
  expect(await post({ name })).toMatchObject({ status: 200, body: { data: { name } } });
});

test.each(['?text=%00', '?text=a%00b'])('NUL is rejected in the query %s', async (search) => {
  const { status, body } = await get(search);
  expect([status, body.details]).toEqual([
    400,
    [{ path: '', message: 'must not contain the NUL character' }],
  ]);
});

test('NUL is rejected in a path', async () => {
  expect((await get('', `${id}%00`)).body.details[0].message).toContain('NUL');
});

test.each([
  ['malformed JSON', '{"name":', 'The body is not valid JSON.'],
  ['an empty body', '', 'The body is empty. Send JSON.'],
  ['a body that would poison a prototype', '{"name":"a","__proto__":{"x":1}}', 'The body is not valid JSON.'],
])('%s is reported in one sentence', async (_, body, message) => {
  const answer = await post(body);
  expect([answer.status, answer.body.code, answer.body.message]).toEqual([400, 'VALIDATION_FAILED', message]);
});

test('an escaped surrogate pair is accepted', async () => {
  expect((await post('{"name":"\\ud83d\\ude00"}')).body.data).toEqual({ name: '\u{1f600}' });
});

test('an operation without a body accepts a content type, which many clients send by default', async () => {
  const service = await start();
  const answer = await service.request('/test/activate', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect(answer).toMatchObject({ status: 200, body: { data: 'active' } });
});

test.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x'])(
  'a body of type %s is rejected with 415',
  async (type) => {
    const answer = await post('name=a', { 'content-type': type });
    expect([answer.status, answer.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  },
);

test.each([
  ['without a content type', undefined],
  ['with an empty content type', ''],
  ['with the content type that curl sends by default', 'application/x-www-form-urlencoded'],
])('a JSON body %s is read, and any other body is malformed', async (_, type) => {
  const { url, token } = await start();
  const identity = { [headers.identity]: await token(anonymous) };
  const send = async (body: string, more: Record<string, string> = {}) => {
    const given = { ...identity, ...(type === undefined ? {} : { 'content-type': type }), ...more };
    const bytes = new TextEncoder().encode(body);
    const answer = await fetch(`${url}/test/save`, { method: 'POST', body: bytes, headers: given });
    return { status: answer.status, body: await answer.json() };
  };
  expect(await send('{"name":"a"}')).toMatchObject({ body: { data: { name: 'a' } } });
  expect(await send('name=a')).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  // A page of another site can send these without a preflight request.
  const fromPage = await send('{"name":"a"}', { origin: 'https://other.example' });
  expect(fromPage).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
});

test('a body above the limit of its operation is rejected with 413', async () => {
  const answer = await post({ name: 'a'.repeat(1_000) });
  expect([answer.status, answer.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  expect(answer.headers.get('x-should-retry')).toBe('false');
});
