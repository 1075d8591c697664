import { expect, test } from 'vitest';
import { leaksIn } from './leaks.ts';

const url = 'https://canvas.example.com';
const headers = { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' };

function leaks(body: unknown, changes: object = {}): string[] {
  return leaksIn({ status: 400, headers: { ...headers, ...changes }, text: JSON.stringify(body) }, url);
}

test.each([
  ['a stack', 'TypeError: x is undefined\n    at handler (route.js:1)'],
  ['a file', "Cannot find '/app/dist/main.js'"],
  ['a file', 'thrown in canvases.ts:42'],
  ['SQL', 'select id, name from users where id = $1'],
  ['SQL', 'duplicate key value violates unique constraint "users_email_key"'],
  ['SQL', 'invalid input syntax for type uuid: "x"'],
  ['a failed connection', 'connect ECONNREFUSED'],
  ['an internal host', 'no answer from 10.1.2.3:3101'],
  ['an internal host', 'http://llm-router.default.svc did not answer'],
  ['its own software', 'FastifyError: body is too large'],
])('an error that shows %s is found: %s', (what, message) => {
  expect(leaks({ message })).toContain(`it shows ${what}`);
});

test.each([
  'Send a token of your own: sign in at /auth/v1/token.',
  'Select a plan. It differs from yours.',
  `See ${url}/api/docs for the columns at hand.`,
  'body/name must match pattern "^[a-z]+$"',
])('an error that gives advice reveals nothing: %s', (message) => {
  expect(leaks({ message })).toEqual([]);
});

test('a link for people may lead anywhere', () => {
  expect(leaks({ upgradeUrl: 'http://localhost:3000/upgrade', message: 'Too many requests.' })).toEqual([]);
});

test('an error that a browser could interpret as a page is found', () => {
  expect(leaks('<b>', { 'content-type': 'text/html' })).toEqual(['it is text/html, not JSON']);
  expect(leaks('<b>', { 'x-content-type-options': undefined })).toEqual(['a browser may guess its type']);
});

test('an error in the JSON of another protocol is accepted', () => {
  expect(leaks({ error: 'x' }, { 'content-type': 'application/problem+json' })).toEqual([]);
});

test('a successful answer and an answer without a body reveal nothing', () => {
  expect(leaksIn({ status: 200, headers: {}, text: 'select 1 from page' }, url)).toEqual([]);
  expect(leaksIn({ status: 404, headers: {}, text: '' }, url)).toEqual([]);
});

test('text from the request is ignored, other text is not', () => {
  const answer = { status: 400, headers, text: 'ajv_x is not used; see /app/dist/main.js' };
  expect(leaksIn(answer, url, '{"name":"ajv_x"}')).toEqual(['it shows a file']);
});
