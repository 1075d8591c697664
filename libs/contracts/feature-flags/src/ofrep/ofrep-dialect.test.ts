import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { ofrep } from './ofrep-dialect.ts';

const bulk = '/ofrep/v1/evaluate/flags';

const worded = (error: AppError, originalUrl: string) =>
  ofrep.toError(error, { id: 'r', originalUrl, headers: {} }).body;

const invalid = (path: string) =>
  new AppError('VALIDATION_FAILED', { details: [{ path, message: 'is wrong' }] });

test('an error has OpenFeature’s general code and the platform’s title and message', () => {
  const error = new AppError('INTERNAL_ERROR', { message: 'It broke.' });
  expect(worded(error, bulk)).toEqual({
    key: '',
    errorCode: 'GENERAL',
    errorDetails: `${error.title}: It broke.`,
  });
});

test.each([
  ['plain', 'plain'],
  ['a%2Fb', 'a/b'],
  ['a/b?flagConfigEtag=1', 'a/b'],
  ['%F0%9F%99%82', '🙂'],
  ['%', '%'],
])('an error about the flag %s names its key', (encoded, key) => {
  expect(worded(new AppError('NOT_FOUND'), `${bulk}/${encoded}`)).toMatchObject({
    key,
    errorCode: 'FLAG_NOT_FOUND',
  });
  expect(worded(new AppError('INTERNAL_ERROR'), `${bulk}/${encoded}`)).toMatchObject({
    key,
    errorCode: 'GENERAL',
  });
});

test.each([
  ['', 'PARSE_ERROR'],
  ['context', 'INVALID_CONTEXT'],
  ['context.targetingKey', 'INVALID_CONTEXT'],
  ['flagConfigEtag', 'GENERAL'],
])('a fault at the path "%s" is %s', (path, errorCode) => {
  expect(worded(invalid(path), bulk)).toMatchObject({ errorCode });
});

test('a path without a route is no missing flag', () => {
  expect(worded(new AppError('NOT_FOUND'), '/ofrep/v1/nothing')).toMatchObject({
    key: '',
    errorCode: 'GENERAL',
  });
});
