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
  [saying({ message: { text: 'x', message: 'Too long.' } }), 'Too long.'],
  [saying({ errors: ['Too long.', 'Too wide.'] }), 'Too long.; Too wide.'],
  ['{"message":"Too long."}', 'Too long.'],
  ['{"Message":"Too long."}', 'Too long.'],
  ['{"detail":"Too long."}', 'Too long.'],
  ['{"detail":{"error":"Too long."}}', 'Too long.'],
  ['{"title":"Bad Request","detail":"Too long."}', 'Too long.'],
  ['{"errors":[{"message":"Too long."}]}', 'Too long.'],
  ['[{"error":{"message":"Too long.","code":400}}]', 'Too long.'],
  [
    '{"detail":[{"type":"extra_forbidden","loc":["body","n"],"msg":"No extras"},{"loc":["body"],"msg":"Bad"}]}',
    'n: No extras; Bad',
  ],
  ['{"object":"error","message":{"detail":[{"loc":["body","n"],"msg":"No extras"}]}}', 'n: No extras'],
  ['Too long.\n', 'Too long.'],
  ['"Too long."', 'Too long.'],
  ['<html>Bad Request</html>', 'HTTP 400'],
  ['{"status":400}', 'HTTP 400'],
  ['[]', 'HTTP 400'],
  ['7', 'HTTP 400'],
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

test('the invalid field is named as FastAPI names it', () => {
  const text = '{"detail":[{"loc":["body","messages",0,"role"],"msg":"Field required"}]}';
  expect(refused(422, text)).toMatchObject({ param: 'messages.0.role' });
});

test.each<[status: number, error: object]>([
  [403, { code: 403, message: 'Your input was flagged', metadata: { reasons: ['violence'] } }],
  [403, { message: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' }],
  [400, { message: 'No.', code: 'content_policy_violation' }],
  [400, { message: 'No.', code: 'BadRequest', innererror: { code: 'ResponsibleAIPolicyViolation' } }],
  [400, { message: 'Input text may contain inappropriate content.', code: 'DataInspectionFailed' }],
  [400, { message: 'Content Exists Risk', type: 'invalid_request_error' }],
  [451, { message: 'The prompt was moderated.' }],
])('%i with %j refuses the content of the prompt, which is the caller’s', (status, error) => {
  expect(refused(status, saying(error))).toMatchObject({
    fault: 'caller',
    isContentRefusal: true,
    isLasting: false,
  });
});

test.each<[status: number, error: object]>([
  [401, { message: 'Your request was flagged.' }],
  [403, { message: 'You do not have access to this organization.' }],
  [403, { message: 'Missing scopes: model.request.' }],
  [429, { message: 'Too many flagged requests.' }],
  [500, { message: 'The content filter failed.' }],
])('%i with %j is not a refusal of content', (status, error) => {
  const { fault, isContentRefusal } = refused(status, saying(error));
  expect([fault === 'caller', isContentRefusal]).toEqual([false, false]);
});

test('a long provider message is truncated', () => {
  expect(refused(400, saying({ message: 'x'.repeat(10_000) })).message).toHaveLength(500);
});

test.each([
  ['a masked key', 'Incorrect API key provided: sk-pr*********3f9A.', 'Incorrect API key provided: [key].'],
  ['another key', 'The key gsk_0a1b2c3d4e5f6g7h is blocked.', 'The key [key] is blocked.'],
  ['a header', 'Bad header: Bearer abcdefgh.', 'Bad header: Bearer [key]'],
  ['no key', 'max_tokens is too large for sk-models.', 'max_tokens is too large for sk-models.'],
])('%s in the provider’s message is treated as such', (_, message, expected) => {
  expect(refused(400, saying({ message })).message).toBe(expected);
});

test('a key at the end of a long message is removed before the message is cut', () => {
  const message = `${'x'.repeat(490)} sk-secret`;
  expect(refused(400, saying({ message })).message).not.toContain('sk-');
});

test('a key in the provider’s message is removed', () => {
  const { message } = refused(401, saying({ message: 'Incorrect API key provided: sk-secret.' }));
  expect(message).toBe('HTTP 401: Incorrect API key provided: [key].');
});
