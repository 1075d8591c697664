import { AppError } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { ofrep } from './ofrep.ts';

test('a failure has the general code of OpenFeature and the text of ours', () => {
  const error = new AppError('NOT_FOUND', { message: 'There is no such flag.' });
  const { body } = ofrep.toError(error, { id: 'r', headers: {} });
  expect(body).toEqual({
    key: '',
    errorCode: 'GENERAL',
    errorDetails: `${error.title}: There is no such flag.`,
  });
});
