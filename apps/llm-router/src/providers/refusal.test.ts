import { expect, test } from 'vitest';
import { refusal } from './refusal.ts';

const said = JSON.stringify({ error: { message: 'No.' } });
const faultOf = (statusCode: number, text = said) => refusal('a', { statusCode, headers: {} }, text).fault;

test.each([400, 413, 415, 422])('%i blames the caller', (status) => {
  expect(faultOf(status)).toBe('caller');
});

test.each([401, 403, 408, 500, 502, 503])('%i blames the provider, or our key', (status) => {
  expect(faultOf(status)).toBe('unavailable');
});

test('404 with a word of the provider is an unknown model, without one a wrong base URL', () => {
  expect(faultOf(404)).toBe('not_served');
  expect(faultOf(404, '<html>Not found</html>')).toBe('unavailable');
});

const retryAfterOf = (headers: Record<string, string>) =>
  refusal('a', { statusCode: 429, headers }, said).retryAfterSeconds;

test('the time to wait is whole seconds, however the provider names it', () => {
  expect(retryAfterOf({ 'retry-after': '7' })).toBe(7);
  expect(retryAfterOf({ 'retry-after-ms': '1500', 'retry-after': '7' })).toBe(2);
  const date = new Date(Date.now() + 30_000).toUTCString();
  expect(retryAfterOf({ 'retry-after': date })).toSatisfy((seconds: number) => seconds > 27 && seconds <= 30);
});

test.each([{}, { 'retry-after': 'soon' }, { 'retry-after': new Date(0).toUTCString() }])(
  '%j names no time to wait',
  (headers) => {
    expect(retryAfterOf(headers)).toBeUndefined();
  },
);

test('what a provider says at great length is cut', () => {
  const text = JSON.stringify({ error: { message: 'x'.repeat(10_000) } });
  expect(refusal('a', { statusCode: 400, headers: {} }, text).message).toHaveLength(500);
});
