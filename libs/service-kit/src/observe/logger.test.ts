import { anyone, data, defineRoute, headers } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import type { Composition } from '../run/service-definition.ts';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const reply = data(Type.String({ description: 'A text.' }));
const item = defineRoute({
  ...words,
  id: 'test.item',
  method: 'GET',
  path: '/test/item',
  auth: anyone,
  query: Type.Object({ token: Type.Optional(Type.String({ description: 'A secret.' })) }),
  reply,
});
const edge: Composition['edge'] = {
  trustedProxies: [],
  protect: async () => undefined,
  forward: async (app) => void app.get('/away/*', { config: { forwardsTo: '/away' } }, () => 'forwarded'),
};

/** Returns the log lines of some requests. */
async function accessOf(paths: readonly string[], composition: Partial<Composition> = {}) {
  const service = await startInTest({ routes: [serve(item, () => 'item')], compose: () => composition });
  for (const path of paths)
    await service.request(path, { headers: { [headers.requestId]: 'request-in-test' } });
  await service.stop();
  return service.lines.filter(({ message }) => message === 'request');
}

test('behind the edge a failed request leaves one line and a successful one leaves none', async () => {
  const lines = await accessOf(['/test/item', '/test/none']);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'info',
      service: 'canvas',
      requestId: 'request-in-test',
      operation: 'unmatched',
      method: 'GET',
      status: 404,
      durationMs: expect.any(Number),
    }),
  ]);
});

test('the edge logs every request with its operation or its target service', async () => {
  const lines = await accessOf(['/test/item', '/away/there', '/nowhere'], { edge });
  expect(lines.map(({ operation, status }) => [operation, status])).toEqual([
    ['test.item', 200],
    ['forward /away', 200],
    ['unmatched', 404],
  ]);
});

test('request lines contain neither path nor query, which may hold secrets', async () => {
  const lines = await accessOf(['/test/item?token=sesame', '/test/sesame', '/away/sesame'], { edge });
  expect(lines).toHaveLength(3);
  expect(JSON.stringify(lines)).not.toContain('sesame');
});

test('secrets are redacted from log lines, at the top level and one level below', async () => {
  const service = await startInTest({
    routes: [serve(item, () => 'item')],
    compose({ log }) {
      log.info({ password: 'sesame', user: { accessToken: 'sesame', name: 'Ada' } }, 'signing up');
      log.info(
        { headers: { authorization: 'Bearer sesame', cookie: 'sesame', 'x-api-key': 'sesame' } },
        'asking',
      );
      log.child({ part: 'keys' }).info({ apiKey: 'sesame', body: { secret: 'sesame' } }, 'making');
      return {};
    },
  });
  const text = JSON.stringify(service.lines);
  expect(text).not.toContain('sesame');
  expect(text).toContain('"password":"[redacted]"');
  expect(text).toContain('Ada');
});

test('lines carry an ISO 8601 time, the level as a word, the service and its version', async () => {
  const service = await startInTest({
    routes: [serve(item, () => 'item')],
    environment: { SERVICE_VERSION: '1.2.3-abc' },
  });
  expect(service.lines.find(({ message }) => message === 'started')).toMatchObject({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    level: 'info',
    service: 'canvas',
    version: '1.2.3-abc',
    url: service.url,
  });
});

test('LOG_LEVEL suppresses lines of lower severity', async () => {
  const service = await startInTest({
    routes: [serve(item, () => 'item')],
    environment: { LOG_LEVEL: 'warn' },
    compose({ log }) {
      log.info('quiet');
      log.warn('loud');
      return {};
    },
  });
  expect(service.lines.map(({ message }) => message)).toEqual(['loud']);
});

test.each([
  ['by default', {}, false],
  ['with LOG_ERROR_MESSAGES=true', { LOG_ERROR_MESSAGES: 'true' }, true],
])('%s, error messages are logged: %s', async (_, environment, logged) => {
  const service = await startInTest({
    routes: [serve(item, () => 'item')],
    environment,
    compose({ log }) {
      const err = Object.assign(new Error('sesame in a message'), { detail: 'sesame' });
      log.warn({ err }, 'storing failed');
      log.warn({ error: err });
      log.warn({ err });
      log.warn(err);
      return {};
    },
  });
  const lines = service.lines.filter(({ level }) => level === 'warn');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatchObject({
    err: { type: 'Error', stack: expect.stringContaining('logger.test.ts') },
  });
  expect(JSON.stringify(lines).includes('sesame in a message')).toBe(logged);
  expect(JSON.stringify(lines)).not.toContain('"detail"');
});
