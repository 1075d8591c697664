import { AppError, anyone, type Dialect, data, defineRoute } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { startInTest, words } from '../test-support/service-in-test.ts';
import { serve } from './call.ts';

/** The answer of an operation that throws. */
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

test('an error comes with its code, words, details, further fields and request id', async () => {
  const { status, body } = await failing(
    new AppError('BUDGET_EXCEEDED', { details: { period: 'day' }, extra: { limit: 5, spent: 5 } }),
  );
  expect(status).toBe(402);
  expect(body).toEqual({
    success: false,
    error: 'Budget exceeded',
    message: 'This call could cost more than what is left of your budget for the period.',
    code: 'BUDGET_EXCEEDED',
    requestId: 'request-in-test',
    details: { period: 'day' },
    limit: 5,
    spent: 5,
  });
});

test('the time to wait is told in a header and in the envelope', async () => {
  const { headers, body } = await failing(new AppError('OVERLOADED', { retryAfterSeconds: 7 }));
  expect([headers.get('retry-after'), body.retryAfter]).toEqual(['7', 7]);
  expect(headers.get('x-should-retry')).toBeNull();
});

test('clients are told where a retry cannot help, and the thrower may know better than the catalogue', async () => {
  expect((await failing(new AppError('LLM_UNAVAILABLE'))).headers.get('x-should-retry')).toBe('false');
  const hopeless = new AppError('RATE_LIMITED', { retryHelps: false });
  expect((await failing(hopeless)).headers.get('x-should-retry')).toBe('false');
  const hopeful = new AppError('LLM_UNAVAILABLE', { retryHelps: true });
  expect((await failing(hopeful)).headers.get('x-should-retry')).toBeNull();
});

test('an unexpected error is INTERNAL_ERROR and nothing of it reaches the caller', async () => {
  const { status, text, body, headers, lines } = await failing(new Error('password of vc_canvas is wrong'));
  expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
  expect(text + JSON.stringify([...headers])).not.toMatch(/password|vc_canvas|at .*\.ts/);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'error',
      requestId: 'request-in-test',
      operation: 'test.failing',
      err: expect.objectContaining({ message: 'password of vc_canvas is wrong' }),
    }),
  );
});

test.each(['text', undefined, null, { statusCode: 400, message: 'secret' }])(
  'whatever else is thrown (%j) is INTERNAL_ERROR too',
  async (thrown) => {
    const { status, body } = await failing(thrown);
    expect([status, body.code]).toEqual([500, 'INTERNAL_ERROR']);
  },
);

test('internal words of an error are logged, never sent', async () => {
  const { text, lines } = await failing(
    new AppError('DEPENDENCY_UNAVAILABLE', { internal: 'redis at 10.0.0.7 is away' }),
  );
  expect(text).not.toContain('10.0.0.7');
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', detail: 'redis at 10.0.0.7 is away' }),
  );
});

test("a caller's own fault is not logged as ours", async () => {
  const { lines } = await failing(new AppError('CONFLICT'));
  expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
});

test('each protocol gets its own shape, with the same status and headers', async () => {
  const error = () => new AppError('RATE_LIMITED', { retryAfterSeconds: 3, extra: { weak_password: true } });
  const title =
    'Rate limit exceeded: You have sent too many requests: wait for the time named in retryAfter.';
  const openai = await failing(error(), 'openai');
  expect(openai.body).toEqual({
    error: {
      message: title,
      type: 'invalid_request_error',
      param: null,
      code: 'RATE_LIMITED',
      request_id: 'request-in-test',
    },
  });
  const ofrep = await failing(error(), 'ofrep');
  expect(ofrep.body).toEqual({ key: '', errorCode: 'GENERAL', errorDetails: title });
  const supabase = await failing(error(), 'supabase');
  expect(supabase.body).toEqual({
    code: 429,
    error_code: 'rate_limited',
    msg: 'You have sent too many requests: wait for the time named in retryAfter.',
    weak_password: true,
  });
  for (const { status, headers } of [openai, ofrep, supabase])
    expect([status, headers.get('retry-after')]).toEqual([429, '3']);
});

test("a failure of ours is an api_error to OpenAI's clients, which they retry", async () => {
  expect((await failing(new Error('oops'), 'openai')).body.error.type).toBe('api_error');
});
