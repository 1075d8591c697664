import {
  AppError,
  anyone,
  type Dialect,
  data,
  defineRoute,
  type ErrorCode,
  errorCatalogue,
  ownDialect,
} from '@valuecanvas/contracts-core';
import { QueueFullError } from '@valuecanvas/resilience';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { contractOf, serve, startInTest, words } from '../test-support/service-in-test.ts';

/** Returns the response of an operation that throws. */
async function failing(error: unknown, dialect?: Dialect) {
  const route = defineRoute({
    ...words,
    id: 'test.failing',
    method: 'GET',
    path: '/test/failing',
    auth: anyone,
    reply: data(Type.Unknown({ description: 'Nothing.' })),
    ...(dialect ? { dialect } : {}),
  });
  const service = await startInTest({
    routes: [
      serve(route, () => {
        throw error;
      }),
    ],
  });
  const answer = await service.request('/test/failing', { headers: { 'x-request-id': 'request-in-test' } });
  return { ...answer, lines: service.lines };
}

test('an error response has the code, message, details, extra fields and request id', async () => {
  const { status, body } = await failing(
    new AppError('BUDGET_EXCEEDED', { details: { period: 'day' }, extra: { limit: 5, spent: 5 } }),
  );
  expect(status).toBe(402);
  expect(body).toEqual({
    success: false,
    error: 'Budget exceeded',
    message: 'This call could cost more than the rest of your budget for the period.',
    code: 'BUDGET_EXCEEDED',
    requestId: 'request-in-test',
    details: { period: 'day' },
    limit: 5,
    spent: 5,
  });
});

test('the retry delay is in a header and in the envelope', async () => {
  const { headers, body } = await failing(new AppError('OVERLOADED', { retryAfterSeconds: 7 }));
  expect([headers.get('retry-after'), body.retryAfter]).toEqual(['7', 7]);
  expect(headers.get('x-should-retry')).toBeNull();
});

test('work that finds its queue full is refused as OVERLOADED', async () => {
  const { status, headers, body } = await failing(new QueueFullError());
  expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'OVERLOADED', '2']);
});

test('a retry delay below a second is also sent in milliseconds, and rounded up in seconds', async () => {
  const { headers, body } = await failing(new AppError('OVERLOADED', { retryAfterMs: 250 }));
  expect([headers.get('retry-after-ms'), headers.get('retry-after'), body.retryAfter]).toEqual([
    '250',
    '1',
    1,
  ]);
});

test('an error may set headers', async () => {
  const { headers } = await failing(
    new AppError('RATE_LIMITED', { headers: { 'ratelimit-remaining': '0' } }),
  );
  expect(headers.get('ratelimit-remaining')).toBe('0');
});

test('an exceeded limit of this or another service is described by headers', async () => {
  const { headers } = await failing(
    new AppError('RATE_LIMITED', { retryAfterSeconds: 1_800, extra: { tier: 'free', limit: 10 } }),
  );
  const described = ['limit', 'remaining', 'reset'].map((name) => headers.get(`ratelimit-${name}`));
  expect(described).toEqual(['10', '0', '1800']);
});

test('a retry delay of more than a minute tells the client not to retry', async () => {
  const advice = async (retryAfterSeconds: number) =>
    (await failing(new AppError('RATE_LIMITED', { retryAfterSeconds }))).headers.get('x-should-retry');
  expect([await advice(60), await advice(61)]).toEqual([null, 'false']);
});

test.each(Object.keys(errorCatalogue) as ErrorCode[])(
  'for %s, the advice about a retry agrees with the retry delay',
  async (code) => {
    const { status } = errorCatalogue[code];
    const soon = await failing(new AppError(code, { retryAfterSeconds: 7 }));
    expect(soon.headers.get('retry-after')).toBe('7');
    expect(soon.headers.get('x-should-retry')).not.toBe('false');
    const late = await failing(new AppError(code, { retryAfterSeconds: 3_600 }));
    expect(late.headers.get('x-should-retry')).toBe(status > 401 ? 'false' : null);
  },
);

test('a temporary conflict tells the client to retry, which most clients do not do on 409', async () => {
  const { headers } = await failing(new AppError('IDEMPOTENCY_IN_FLIGHT', { retryAfterMs: 100 }));
  expect(headers.get('x-should-retry')).toBe('true');
});

test('a response tells the client if a retry cannot help, and the thrown error may override the catalogue', async () => {
  expect((await failing(new AppError('LLM_UNAVAILABLE'))).headers.get('x-should-retry')).toBe('false');
  const hopeless = new AppError('RATE_LIMITED', { retryHelps: false });
  expect((await failing(hopeless)).headers.get('x-should-retry')).toBe('false');
  const hopeful = new AppError('LLM_UNAVAILABLE', { retryHelps: true });
  expect((await failing(hopeful)).headers.get('x-should-retry')).toBeNull();
});

test('an unexpected error becomes INTERNAL_ERROR and discloses nothing to the caller', async () => {
  const { status, text, body, headers, lines } = await failing(new Error('password of vc_canvas is wrong'));
  expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(text + JSON.stringify([...headers])).not.toMatch(/password|vc_canvas|at .*\.ts/);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      requestId: 'request-in-test',
      operation: 'test.failing',
      err: expect.objectContaining({ type: 'Error' }),
    }),
  );
});

test.each(['text', undefined, null, { statusCode: 400, message: 'secret' }])(
  'a thrown value that is not an error (%j) becomes INTERNAL_ERROR too',
  async (thrown) => {
    const { status, body } = await failing(thrown);
    expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
  },
);

test('internal detail of an error is logged and never sent', async () => {
  const { text, lines } = await failing(
    new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'redis at 10.0.0.7 is unavailable' }),
  );
  expect(text).not.toContain('10.0.0.7');
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', detail: 'redis at 10.0.0.7 is unavailable' }),
  );
});

test('a client error is not logged as a server error', async () => {
  const { lines } = await failing(new AppError('CONFLICT'));
  expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
});

const wordy: Dialect = {
  ...ownDialect,
  name: 'wordy',
  toError: ({ code }, { id }) => ({ body: { wordy: `${code} ${id}` }, headers: { 'x-wordy': 'yes' } }),
};

test("a route's dialect formats its errors and adds headers, but keeps the status and the common headers", async () => {
  const { status, headers, body } = await failing(
    new AppError('RATE_LIMITED', { retryAfterSeconds: 3 }),
    wordy,
  );
  expect([status, headers.get('retry-after'), headers.get('x-wordy')]).toEqual([429, '3', 'yes']);
  expect(body).toEqual({ wordy: 'RATE_LIMITED request-in-test' });
});

test('a path without a route gets an error in the dialect of its prefix', async () => {
  const contract = { ...contractOf([]), dialects: { '/test/wordy': wordy } };
  const service = await startInTest({ contract, routes: [] });
  const refused = { wordy: expect.stringMatching(/^NOT_FOUND /) };
  expect((await service.request('/test/wordy/any')).body).toEqual(refused);
  expect((await service.request('/test/wordy')).body).toEqual(refused);
  expect((await service.request('/test/wordyer')).body).toMatchObject({ code: 'NOT_FOUND' });
});
