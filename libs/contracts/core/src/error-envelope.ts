import Type, { type Static } from 'typebox';
import type { AppError } from './app-error.ts';
import { errorCodes } from './error-catalogue.ts';

/** The body of every failed request on routes that speak our own dialect. */
export const ErrorEnvelope = Type.Object(
  {
    success: Type.Literal(false, { description: 'Always false: the request failed.' }),
    error: Type.String({ description: 'Short title of what went wrong.' }),
    message: Type.String({ description: 'What the caller can do about it.' }),
    code: Type.Enum(errorCodes, { description: 'Machine-readable code from the closed catalogue.' }),
    requestId: Type.String({ description: 'Id of the request, as in the x-request-id header.' }),
    details: Type.Optional(
      Type.Unknown({ description: 'More about the failure; its shape depends on the code.' }),
    ),
    retryAfter: Type.Optional(
      Type.Integer({ description: 'Whole seconds to wait before a retry can help.' }),
    ),
    tier: Type.Optional(Type.String({ description: 'With RATE_LIMITED: the tier whose limit it is.' })),
    limit: Type.Optional(
      Type.Number({
        description: 'With RATE_LIMITED: requests per period; with BUDGET_EXCEEDED: US dollars.',
      }),
    ),
    windowMs: Type.Optional(Type.Number({ description: 'With RATE_LIMITED: the period, in milliseconds.' })),
    spent: Type.Optional(
      Type.Number({ description: 'With BUDGET_EXCEEDED: US dollars spent in the period.' }),
    ),
    resetsAt: Type.Optional(Type.String({ description: 'With BUDGET_EXCEEDED: when the period ends.' })),
    upgradeUrl: Type.Optional(Type.String({ description: 'Where a user can get more.' })),
  },
  { title: 'Error', description: 'A failed request.', additionalProperties: true },
);
export type ErrorEnvelope = Static<typeof ErrorEnvelope>;

/** The public body of an error; nothing internal is in it. */
export function toErrorEnvelope(error: AppError, requestId: string): ErrorEnvelope {
  return {
    success: false,
    error: error.title,
    message: error.message,
    code: error.code,
    requestId,
    ...(error.details === undefined ? {} : { details: error.details }),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfter: error.retryAfterSeconds }),
    ...error.extra,
  };
}
