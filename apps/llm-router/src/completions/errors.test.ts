import { expect, test } from 'vitest';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';
import { providersError } from './errors.ts';

const failed = (fault: ProviderFault, retryAfterSeconds?: number) =>
  new ProviderError(fault, 'a', 'secret detail', { retryAfterSeconds });

const errorOf = (failures: ProviderError[], signal = new AbortController().signal) =>
  providersError(failures, { model: 'big', signal });

test.each<[ProviderFault[], string]>([
  [['rate_limited', 'rate_limited'], 'PROVIDER_RATE_LIMITED'],
  [['timeout', 'timeout'], 'LLM_TIMEOUT'],
  [['bad_response', 'bad_response'], 'LLM_BAD_RESPONSE'],
  [['overloaded', 'overloaded'], 'OVERLOADED'],
  [['overloaded', 'unavailable'], 'LLM_UNAVAILABLE'],
  [['not_served', 'not_served'], 'MODEL_NOT_FOUND'],
  [['unavailable', 'shut_off'], 'LLM_UNAVAILABLE'],
  [['rate_limited', 'timeout'], 'LLM_UNAVAILABLE'],
  [['not_served', 'unavailable'], 'LLM_UNAVAILABLE'],
  [['unavailable', 'caller'], 'VALIDATION_FAILED'],
  [['timeout', 'cancelled'], 'DEADLINE_EXCEEDED'],
  [['unavailable', 'internal'], 'INTERNAL_ERROR'],
  [[], 'LLM_UNAVAILABLE'],
])('%j amount to %s', (faults, code) => {
  expect(errorOf(faults.map((fault) => failed(fault))).code).toBe(code);
});

test('refusals of our key or account by all providers are told as such', () => {
  const refused = new ProviderError('unavailable', 'a', 'secret detail', { isLasting: true });
  expect(errorOf([refused, refused]).message).toMatch(/refuse the access of this platform/);
  expect(errorOf([refused, failed('unavailable')]).message).toMatch(/Retry later/);
});

test('an expired deadline is reported as such', () => {
  expect(errorOf([failed('unavailable')], AbortSignal.abort()).code).toBe('DEADLINE_EXCEEDED');
});

test('retryAfter is the shortest wait that any provider named, at least one second', () => {
  expect(errorOf([failed('rate_limited', 30), failed('rate_limited', 7)]).retryAfterSeconds).toBe(7);
  expect(errorOf([failed('unavailable', 0)]).retryAfterSeconds).toBe(1);
  expect(errorOf([failed('unavailable')]).retryAfterSeconds).toBe(10);
});

test("a provider's message reaches the caller where it helps, and never the log: it may repeat the prompt", () => {
  const { message, internal } = errorOf([failed('unavailable')]);
  expect(message).not.toContain('secret detail');
  expect(internal).not.toContain('secret detail');
  expect(errorOf([failed('caller')]).message).toContain('secret detail');
});

test('the log names each provider that failed and how: status, its code, the code of the connection', () => {
  const refused = new ProviderError('unavailable', 'a', 'secret detail', {
    statusCode: 401,
    code: 'invalid_api_key',
  });
  const cause = Object.assign(new Error('secret detail'), { code: 'ECONNREFUSED' });
  const unreachable = new ProviderError('unavailable', 'b', 'secret detail', { cause });
  expect(errorOf([refused, unreachable]).internal).toBe(
    'a: unavailable HTTP 401 invalid_api_key; b: unavailable ECONNREFUSED',
  );
  const prose = new ProviderError('unavailable', 'a', 'x', { code: 'secret detail' });
  expect(errorOf([prose]).internal).toBe('a: unavailable');
});

test('the error names an unknown model and the route that lists the known ones', () => {
  expect(errorOf([failed('not_served')]).message).toMatch(/\bbig\b.*\/v1\/models/);
});

test('a provider’s refusal is reported with its code and field', () => {
  const refusal = new ProviderError('caller', 'a', 'Too long.', {
    code: 'context_length_exceeded',
    param: 'messages[1].content',
  });
  expect(errorOf([refusal]).details).toEqual([
    { path: 'messages.1.content', message: 'Too long.', code: 'context_length_exceeded' },
  ]);
  expect(errorOf([failed('caller')]).details).toEqual([{ path: '', message: 'secret detail' }]);
});
