import { expect, test } from 'vitest';
import { clientFor, contextFor, json } from './test-support/service-in-test.ts';

const item = { success: true, data: { id: 'a' } };

test('parameters and query are encoded, and undefined values are omitted', async () => {
  const { server, call } = await clientFor(json(200, item));
  await call.read({ params: { id: 'a/b ?#ü' }, query: { text: 'x&y=z', deep: true } }, contextFor());
  await call.read({ params: { id: '1' }, query: { text: undefined as unknown as string } }, contextFor());
  expect(server.received.map(({ url }) => url)).toEqual([
    '/items/a%2Fb%20%3F%23%C3%BC?text=x%26y%3Dz&deep=true',
    '/items/1',
  ]);
});

test('a value and a page of a list are unwrapped from their envelopes', async () => {
  const { call } = await clientFor((response, request) =>
    request.url === '/items'
      ? json(200, { ...item, data: [{ id: 'a' }], pagination: { limit: 1, nextCursor: 'b' } })(
          response,
          request,
        )
      : json(200, item)(response, request),
  );
  expect(await call.read({ params: { id: 'a' }, query: {} }, contextFor())).toEqual({ id: 'a' });
  expect(await call.all({}, contextFor())).toEqual({ items: [{ id: 'a' }], limit: 1, nextCursor: 'b' });
});

test('an accepted job is unwrapped from its envelope', async () => {
  const { call } = await clientFor(json(202, { success: true, data: { statusUrl: '/jobs/j' } }));
  expect(await call.submit({}, contextFor())).toEqual({ statusUrl: '/jobs/j' });
});

test('a raw reply is returned unchanged, and a reply without a body as undefined', async () => {
  const { call } = await clientFor((response, request) =>
    request.method === 'DELETE' ? response.writeHead(204).end() : json(200, { id: 'a' })(response, request),
  );
  expect(await call.models({}, contextFor())).toEqual({ id: 'a' });
  expect(await call.remove({ params: { id: 'a' } }, contextFor())).toBeUndefined();
});

test('a 304 response is undefined', async () => {
  const { server, call } = await clientFor((response) => response.writeHead(304).end());
  const headers = { 'if-none-match': '"7"' };
  expect(await call.read({ params: { id: 'a' }, query: {}, headers }, contextFor())).toBeUndefined();
  expect(server.received[0]?.headers['if-none-match']).toBe('"7"');
});

test('a body is sent as JSON, and only if the contract has one', async () => {
  const { server, call } = await clientFor((response, request) =>
    json(request.method === 'POST' ? 201 : 200, item)(response, request),
  );
  expect(await call.save({ body: { id: 'ü' } }, contextFor())).toEqual({ id: 'a' });
  await call.read({ params: { id: 'a' }, query: {} }, contextFor());
  const [saved, read] = server.received;
  expect([saved?.body, saved?.headers['content-type']]).toEqual(['{"id":"ü"}', 'application/json']);
  expect([read?.body, read?.headers['content-type']]).toEqual(['', undefined]);
});

test('every call carries identity, request id, deadline, operation, job and the wish for a stored answer', async () => {
  const { server, call } = await clientFor(json(200, item));
  const context = contextFor({ jobId: 'job-1', storedAnswerOnly: true, timeoutMs: 5_000 });
  await call.read({ params: { id: 'a' }, query: {} }, context);
  const received = server.received[0]?.headers ?? {};
  expect(received).toMatchObject({
    'x-request-id': 'request-in-test',
    'x-vc-operation': 'canvas.generate',
    'x-vc-job': 'job-1',
    'x-vc-stored-answer-only': 'true',
  });
  expect(JSON.parse(String(received['x-vc-identity']))).toEqual({
    audience: 'llm-router',
    principal: context.principal,
  });
  const deadline = Number(received['x-vc-deadline-ms']);
  expect(deadline).toBeGreaterThan(1_000);
  expect(deadline).toBeLessThanOrEqual(5_000);
});

test('a call without a job sends no job header, and input headers cannot replace internal ones', async () => {
  const { server, call } = await clientFor(json(200, item));
  const headers = { 'x-request-id': 'forged-request-id' };
  await call.read({ params: { id: 'a' }, query: {}, headers }, contextFor());
  expect(server.received[0]?.headers).not.toHaveProperty('x-vc-job');
  expect(server.received[0]?.headers).not.toHaveProperty('x-vc-stored-answer-only');
  expect(server.received[0]?.headers['x-request-id']).toBe('request-in-test');
});
