import type { AppError, Dialect } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

/** Error codes of OpenFeature that the Remote Evaluation Protocol uses. */
const ofrepErrorCodes = [
  'FLAG_NOT_FOUND',
  'GENERAL',
  'INVALID_CONTEXT',
  'PARSE_ERROR',
  'TARGETING_KEY_MISSING',
] as const;
type OfrepErrorCode = (typeof ofrepErrorCodes)[number];

export const OfrepError = Type.Object(
  {
    key: Type.String({ description: 'Key of the requested flag. Empty if the request named none.' }),
    errorCode: Type.String({ description: `OpenFeature error code: ${ofrepErrorCodes.join(', ')}.` }),
    errorDetails: Type.Optional(Type.String({ description: 'Explanation of the failure.' })),
  },
  { additionalProperties: true, title: 'OfrepError', description: 'A failed request in the OFREP format.' },
);
export type OfrepError = Static<typeof OfrepError>;

/** Path of the context's targeting key in the body of a request. */
export const targetingKeyPath = 'context.targetingKey';

/**
 * OpenFeature's Remote Evaluation Protocol. It only evaluates flags, so no request changes anything. Clients ignore an error
 * without a text as key and code, so both are always present.
 */
export const ofrep: Dialect = {
  name: 'ofrep',
  errorSchema: OfrepError,
  toError(error, { originalUrl }) {
    const key = requestedKey(originalUrl);
    return { body: { key, errorCode: codeOf(error, key), errorDetails: textOf(error) } };
  },
  hasCookies: true,
  apiKeyHeader: 'x-api-key',
  isSafe: true,
};

const singlePath = /^\/ofrep\/v1\/evaluate\/flags\/([^?]+)/;

function requestedKey(url: string): string {
  const encoded = singlePath.exec(url)?.[1] ?? '';
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function codeOf(error: AppError, key: string): OfrepErrorCode {
  if (error.code === 'NOT_FOUND' && key !== '') return 'FLAG_NOT_FOUND';
  if (error.code !== 'VALIDATION_FAILED') return 'GENERAL';
  const paths = faultsOf(error).map(({ path }) => path);
  if (paths.includes('')) return 'PARSE_ERROR';
  if (error.extra.isTargetingKeyMissing === true) return 'TARGETING_KEY_MISSING';
  return paths.some((path) => path === 'context' || path.startsWith('context.'))
    ? 'INVALID_CONTEXT'
    : 'GENERAL';
}

function textOf(error: AppError): string {
  const faults = faultsOf(error).map(({ path, message }) => (path === '' ? message : `${path} ${message}`));
  return `${error.title}: ${faults.length > 0 ? faults.join('; ') : error.message}`;
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

function faultsOf({ code, details }: AppError): readonly Fault[] {
  return code === 'VALIDATION_FAILED' && Array.isArray(details) ? (details as Fault[]) : [];
}
