import { expect, test } from 'vitest';
import { refusal } from './refusal.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const provider = { id: 'a', apiKey: 'sk-secret' };
const saying = (error: object) => JSON.stringify({ error });
const said = saying({ message: 'No.' });
const refused = (statusCode: number, text = said, headers: Record<string, string> = {}) =>
  refusal(provider, { statusCode, headers }, text, now);

test.each([400, 413, 415, 422])('%i is the caller’s fault', (status) => {
  expect(refused(status).fault).toBe('caller');
});

test.each([301, 401, 402, 403, 408, 500, 502, 503])(
  '%i is the fault of the provider, or of our key',
  (status) => {
    expect(refused(status).fault).toBe('unavailable');
  },
);

test('404 with a provider’s error is an unknown model, without one a wrong base URL', () => {
  expect(refused(404).fault).toBe('not_served');
  expect(refused(404, '<html>Not found</html>').fault).toBe('unavailable');
  expect(refused(404, '{"detail":"Not Found"}').fault).toBe('unavailable');
});

test('an unknown model is recognised under any status that could be the caller’s fault', () => {
  expect(refused(400, saying({ message: 'No.', code: 'model_not_found' })).fault).toBe('not_served');
  expect(refused(500, saying({ message: 'No.', code: 'model_not_found' })).fault).toBe('unavailable');
});

test('429 is a rate limit, unless our account has no credit', () => {
  expect(refused(429).fault).toBe('rate_limited');
  expect(refused(429, saying({ message: 'No.', code: 'insufficient_quota' })).fault).toBe('unavailable');
});

test('a refusal costs nothing; an accepted call without an answer may', () => {
  for (const status of [400, 404, 429, 500, 503]) expect(refused(status).billed).toBe('no');
  expect(refused(202)).toMatchObject({ fault: 'bad_response', billed: 'maybe' });
});

test.each<[headers: Record<string, string>, seconds: number | undefined]>([
  [{ 'retry-after': '7' }, 7],
  [{ 'retry-after': '0.4' }, 1],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after-ms': '1500', 'retry-after': '7' }, 2],
  [{ 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT' }, 30],
  [{}, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': 'Mon, 01 Jun 2026 11:00:00 GMT' }, undefined],
])('%j states a wait of %j seconds', (headers, seconds) => {
  expect(refused(429, said, headers).retryAfterSeconds).toBe(seconds);
});

test.each([
  [saying({ message: 'Too long.' }), 'Too long.'],
  ['{"error":"Too long."}', 'Too long.'],
  ['{"object":"error","message":"Too long.","code":400}', 'Too long.'],
  ['', 'HTTP 400'],
  ['null', 'HTTP 400'],
])('in %j the provider’s message is: %s', (text, message) => {
  expect(refused(400, text).message).toBe(message);
});

test.each([
  [
    saying({ message: 'No.', code: 'context_length_exceeded', param: 'messages' }),
    'context_length_exceeded',
    'messages',
  ],
  [saying({ message: 'No.', code: null, param: null }), undefined, undefined],
  ['{"object":"error","message":"No.","code":400}', undefined, undefined],
  [saying({ message: 'No.', code: '', param: 'x'.repeat(101) }), undefined, undefined],
  ['<html>', undefined, undefined],
])('in %j the provider’s code is %j, and the field %j', (text, code, param) => {
  expect(refused(400, text)).toMatchObject({ code, param });
});

test('a long provider message is truncated', () => {
  expect(refused(400, saying({ message: 'x'.repeat(10_000) })).message).toHaveLength(500);
});

test('a key in the provider’s message is removed', () => {
  const { message } = refused(401, saying({ message: 'Incorrect API key provided: sk-secret.' }));
  expect(message).toBe('HTTP 401: Incorrect API key provided: [key].');
});
