import Type, { type Static } from 'typebox';
import type { AppError } from './app-error.ts';
import { errorCodes } from './error-catalogue.ts';

/** Body of every failed request on routes with the platform's own dialect. */
export const ErrorEnvelope = Type.Object(
  {
    success: Type.Literal(false, { description: 'Always false, because the request failed.' }),
    error: Type.String({ description: 'Short title of the error.' }),
    message: Type.String({ description: 'Explanation of the error, with advice to the caller.' }),
    code: Type.Enum(errorCodes, { description: 'Machine-readable code from the closed catalogue.' }),
    requestId: Type.String({ description: 'Id of the request, as in the x-request-id header.' }),
    details: Type.Optional(
      Type.Unknown({ description: 'Further details. Their shape depends on the code.' }),
    ),
    retryAfter: Type.Optional(Type.Integer({ description: 'Whole seconds to wait before a retry.' })),
    tier: Type.Optional(
      Type.String({ description: 'With RATE_LIMITED: the tier to which the limit applies.' }),
    ),
    limit: Type.Optional(
      Type.Number({
        description: 'With RATE_LIMITED: requests per period; with BUDGET_EXCEEDED: US dollars.',
      }),
    ),
    windowMs: Type.Optional(Type.Number({ description: 'With RATE_LIMITED: the period, in milliseconds.' })),
    spent: Type.Optional(
      Type.Number({ description: 'With BUDGET_EXCEEDED: US dollars spent in the period.' }),
    ),
    resetsAt: Type.Optional(Type.String({ description: 'With BUDGET_EXCEEDED: end of the period.' })),
    upgradeUrl: Type.Optional(Type.String({ description: 'Address at which a user can get higher limits.' })),
  },
  { title: 'Error', description: 'A failed request.', additionalProperties: true },
);
export type ErrorEnvelope = Static<typeof ErrorEnvelope>;

/** Returns the public body of an error, without internal detail. */
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
