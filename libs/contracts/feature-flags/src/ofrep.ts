import type { Dialect } from '@valuecanvas/contracts-core';
import Type from 'typebox';

const OfrepError = Type.Object(
  {
    key: Type.Optional(Type.String({ description: 'Key of the requested flag, if the request named one.' })),
    errorCode: Type.String({ description: 'OpenFeature error code.' }),
    errorDetails: Type.Optional(Type.String({ description: 'Explanation of the failure.' })),
  },
  { additionalProperties: true, title: 'OfrepError', description: 'A failed request in the OFREP format.' },
);

/** OpenFeature's Remote Evaluation Protocol. It only evaluates flags, so no request changes anything. */
export const ofrep: Dialect = {
  name: 'ofrep',
  errorSchema: OfrepError,
  toError: ({ title, message }) => ({
    body: { key: '', errorCode: 'GENERAL', errorDetails: `${title}: ${message}` },
  }),
  hasCookies: true,
  apiKeyHeader: 'x-api-key',
  isSafe: true,
};
