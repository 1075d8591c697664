import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import { interruptionOf } from '@valuecanvas/queue';

/** Codes of refusals that a later retry may not meet. */
const retryableRefusals: readonly ErrorCode[] = [
  'RATE_LIMITED',
  'PROVIDER_RATE_LIMITED',
  'IDEMPOTENCY_IN_FLIGHT',
];

/** The failure of an attempt, with a message that its user may read. */
export function failureOf(error: unknown, signal: AbortSignal): AppError {
  if (interruptionOf(signal) === 'timed out') {
    return new AppError('DEADLINE_EXCEEDED', {
      message: 'The job did not finish within its timeout.',
      cause: error,
    });
  }
  return error instanceof AppError ? error : new AppError('INTERNAL_ERROR', { cause: error });
}

/** Tells whether another attempt can succeed. A refused request stays refused; a failed dependency may recover. */
export function isRetryable(failure: AppError): boolean {
  if (failure.status < 500) return retryableRefusals.includes(failure.code);
  return failure.retryHelps || failure.retryAfterSeconds !== undefined;
}
