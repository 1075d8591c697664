import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { ofrep } from './ofrep.ts';

test('an error has OpenFeature’s general code and the platform’s title and message', () => {
  const error = new AppError('NOT_FOUND', { message: 'The flag does not exist.' });
  const { body } = ofrep.toError(error, { id: 'r', headers: {} });
  expect(body).toEqual({
    key: '',
    errorCode: 'GENERAL',
    errorDetails: `${error.title}: The flag does not exist.`,
  });
});
