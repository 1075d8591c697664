import { AppError, type ErrorCode } from '@valuecanvas/contracts-core';
import { interruptionOf } from '@valuecanvas/queue';

/** Refusals of the request itself that pass with time. */
const passing: readonly ErrorCode[] = ['RATE_LIMITED', 'PROVIDER_RATE_LIMITED', 'IDEMPOTENCY_IN_FLIGHT'];

/** Why an attempt failed, in words that its user may read. */
export function failureOf(error: unknown, signal: AbortSignal): AppError {
  if (interruptionOf(signal) === 'timed out') {
    return new AppError('DEADLINE_EXCEEDED', {
      message: 'The job did not finish within its time.',
      cause: error,
    });
  }
  return error instanceof AppError ? error : new AppError('INTERNAL_ERROR', { cause: error });
}

/** Whether another attempt can end otherwise: a refused request stays refused, trouble on the way may pass. */
export function mayPass(failure: AppError): boolean {
  if (failure.status < 500) return passing.includes(failure.code);
  return failure.retryHelps || failure.retryAfterSeconds !== undefined;
}
