import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { describeError } from './describe-error.ts';

const secret = 'sesame-4711';

function thrown(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return expect.fail('expected an error');
}

test.each<[what: string, error: unknown, expected: object]>([
  ["JSON.parse's quote", thrown(() => JSON.parse(secret)), { type: 'SyntaxError' }],
  [
    'the input of a URL',
    thrown(() => new URL(secret)),
    { type: 'TypeError', facts: { code: 'ERR_INVALID_URL' } },
  ],
  ['the text of a number', thrown(() => BigInt(secret)), { type: 'SyntaxError' }],
  [
    "PostgreSQL's detail",
    Object.assign(new Error(`duplicate key ${secret}`), {
      code: '23505',
      constraint: 'users_email_key',
      detail: `Key (email)=(${secret}) already exists.`,
      parameters: [secret],
    }),
    { facts: { code: '23505', constraint: 'users_email_key' } },
  ],
  [
    "a Redis command's arguments",
    Object.assign(new Error(`OOM command not allowed ${secret}`), {
      name: 'ReplyError',
      command: { name: 'evalsha', args: [secret] },
    }),
    { facts: { code: 'OOM', command: 'evalsha' } },
  ],
  [
    'a cause',
    new AppError('INTERNAL_ERROR', { internal: 'postgres', cause: new Error(secret) }),
    {
      facts: { code: 'INTERNAL_ERROR', internal: 'postgres' },
      cause: { type: 'Error' },
    },
  ],
  ['parts', new AggregateError([new Error(secret)], secret), { errors: [{ type: 'Error' }] }],
  ['public text', new AppError('NOT_FOUND', { message: secret, details: secret }), {}],
  ['a name that is prose', Object.assign(new Error(), { name: `the ${secret}` }), { type: 'Error' }],
  ['a code that is prose', Object.assign(new Error(), { code: `the ${secret}` }), { facts: {} }],
  ['text that was thrown', secret, { type: 'string' }],
  ['a message that looks like a stack', new Error(`x\n    at ${secret} (file:///${secret}:1:1)`), {}],
])('the description of an error never contains %s', (_, error, expected) => {
  const description = describeError(error);
  expect(description).toMatchObject(expected);
  expect(JSON.stringify(description)).not.toContain(secret);
});

test('a description names the line that threw the error', () => {
  expect(describeError(new Error(secret)).frames).toMatch(/^ {4}at .*describe-error\.test\.ts:\d+:\d+/);
});

test('a circular chain of causes is cut', () => {
  const error = new Error();
  error.cause = error;
  expect(JSON.stringify(describeError(error)).match(/"type"/g)).toHaveLength(6);
});

test('the message is included if the caller asks for it', () => {
  expect(describeError(new Error(secret), { withMessage: true }).message).toBe(secret);
});
