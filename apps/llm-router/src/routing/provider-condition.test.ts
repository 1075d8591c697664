import { expect, test, vi } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { createProviderCondition } from './provider-condition.ts';

function start() {
  const log = { error: vi.fn(), warn: vi.fn(), info: vi.fn() };
  return { condition: createProviderCondition('a', log), log };
}

const wrongKey = new ProviderError('unavailable', 'a', 'The prompt was: secret.', {
  statusCode: 401,
  code: 'invalid_api_key',
  isLasting: true,
});
const connection = new ProviderError('unavailable', 'a', 'failed', {
  cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
});
const overloaded = new ProviderError('unavailable', 'a', 'busy', { statusCode: 503 });

test('a refused key is a problem at once, logged as an error without the message', () => {
  const { condition, log } = start();
  condition.failed(wrongKey);
  condition.failed(wrongKey);
  expect(condition.problem()).toBe('refused');
  expect(log.error.mock.calls).toEqual([
    [{ provider: 'a', statusCode: 401, errorCode: 'invalid_api_key' }, 'provider: key or account refused'],
  ]);
});

test('three consecutive failed connections are a problem, two are not', () => {
  const { condition, log } = start();
  condition.failed(connection);
  condition.failed(connection);
  condition.failed(overloaded);
  condition.failed(connection);
  condition.failed(connection);
  expect(condition.problem()).toBeUndefined();
  condition.failed(connection);
  expect(condition.problem()).toBe('unreachable');
  expect(log.warn.mock.calls).toEqual([[{ provider: 'a', reason: 'ECONNREFUSED' }, 'provider: unreachable']]);
});

test('any answer shows that a provider can be reached', () => {
  const { condition } = start();
  condition.checked({ kind: 'unreachable', reason: 'ECONNREFUSED' });
  expect(condition.problem()).toBe('unreachable');
  condition.failed(overloaded);
  expect(condition.problem()).toBeUndefined();
});

test('a success ends every problem', () => {
  const { condition, log } = start();
  condition.failed(wrongKey);
  condition.succeeded();
  expect(condition.problem()).toBeUndefined();
  expect(log.info.mock.calls).toEqual([[{ provider: 'a' }, 'provider: recovered']]);
});

test('a check ends a problem that a check has found, not one that calls have found', () => {
  const { condition } = start();
  condition.checked({ kind: 'refused', statusCode: 401, message: 'No.' });
  expect(condition.problem()).toBe('refused');
  condition.checked({ kind: 'accepted' });
  expect(condition.problem()).toBeUndefined();
  condition.failed(wrongKey);
  condition.checked({ kind: 'accepted' });
  expect(condition.problem()).toBe('refused');
});

test('before the first check or call nothing is known', () => {
  const { condition } = start();
  expect(condition.isKnown()).toBe(false);
  condition.checked({ kind: 'accepted' });
  expect(condition.isKnown()).toBe(true);
});
