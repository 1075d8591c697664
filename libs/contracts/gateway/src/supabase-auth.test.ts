import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { supabaseAuth } from './supabase-auth.ts';

const error = new AppError('RATE_LIMITED', { retryAfterSeconds: 3, extra: { weak_password: true } });
const { message } = error;

test('a client without a version gets the HTTP status as code', () => {
  expect(supabaseAuth.toError(error, { id: 'r', originalUrl: '/', headers: {} })).toEqual({
    body: {
      code: 429,
      error_code: 'over_request_rate_limit',
      msg: message,
      retryAfter: 3,
      weak_password: true,
    },
    headers: { 'x-sb-error-code': 'over_request_rate_limit' },
  });
});

test('a client of 2024-01-01 or later gets a machine-readable code', () => {
  const request = { id: 'r', originalUrl: '/', headers: { 'x-supabase-api-version': '2024-06-01' } };
  expect(supabaseAuth.toError(error, request)).toEqual({
    body: { code: 'over_request_rate_limit', message, retryAfter: 3, weak_password: true },
    headers: { 'x-sb-error-code': 'over_request_rate_limit', 'x-supabase-api-version': '2024-01-01' },
  });
});
