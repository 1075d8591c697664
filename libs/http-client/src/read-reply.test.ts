import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { type Answer, clientFor, contextFor, json } from './test-support/service-in-test.ts';

async function failureOf(answer: Answer): Promise<AppError> {
  const { call } = await clientFor(answer);
  const failure = await call.read({ params: { id: 'a' }, query: {} }, contextFor()).catch((error) => error);
  expect(failure).toBeInstanceOf(AppError);
  return failure;
}

const envelope = (code: string, more: object = {}) => ({
  success: false,
  error: 'A title',
  message: 'Some advice.',
  code,
  requestId: 'request-in-test',
  ...more,
});

test('an error arrives as it was thrown: code, message, details, extra fields and retry delay', async () => {
  const failure = await failureOf(
    json(
      402,
      envelope('BUDGET_EXCEEDED', { details: { period: 'day' }, limit: 5, spent: 5, retryAfter: 60 }),
      {
        'x-should-retry': 'false',
      },
    ),
  );
  expect(failure).toMatchObject({
    code: 'BUDGET_EXCEEDED',
    title: 'A title',
    message: 'Some advice.',
    details: { period: 'day' },
    extra: { limit: 5, spent: 5 },
    retryAfterSeconds: 60,
    retryHelps: false,
  });
});

test('the callee decides if a retry helps, and for client errors it does not', async () => {
  const retryHelps = async (answer: Answer) => (await failureOf(answer)).retryHelps;
  expect(await retryHelps(json(429, envelope('RATE_LIMITED'), { 'x-should-retry': 'false' }))).toBe(false);
  expect(await retryHelps(json(429, envelope('RATE_LIMITED')))).toBe(true);
  expect(await retryHelps(json(400, envelope('VALIDATION_FAILED')))).toBe(false);
});

test.each([
  ['an unexpected error', json(500, envelope('INTERNAL_ERROR'))],
  ['a rejected internal token', json(401, envelope('UNAUTHENTICATED'))],
  ['an unknown code', json(418, envelope('TEAPOT'))],
  ['another shape', json(502, { error: { message: 'oops' } })],
  [
    'an error page of a proxy',
    ((response) => response.writeHead(502).end('<html>Bad gateway</html>')) as Answer,
  ],
  ['a success outside the contract', json(202, { success: true, data: {} })],
  ['a success that is not JSON', ((response) => response.writeHead(200).end('<html>')) as Answer],
])('%s is DEPENDENCY_UNAVAILABLE, with the reason for the log only', async (_, answer) => {
  const failure = await failureOf(answer);
  expect(failure.code).toBe('DEPENDENCY_UNAVAILABLE');
  expect(failure.message).not.toMatch(/oops|Bad|html/);
  expect(failure.internal).toContain('llm-router');
});
