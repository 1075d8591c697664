import {
  AppError,
  type CallContext,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import { type RetryPolicy, retry } from '@valuecanvas/resilience';
import { connectionFaultOf } from './connection-fault.ts';
import { createRestartWindow, maxBrokenReads, restartDelaysMs } from './restart-window.ts';

/**
 * Runs the attempts of one call. Repeats an attempt if that is safe and the caller's deadline leaves room. Rejects with
 * AppError only: DEADLINE_EXCEEDED, DEPENDENCY_UNAVAILABLE, or the AppError of the attempt.
 */
export type ConnectionRetry = <T>(
  route: RouteDefinition,
  call: CallContext,
  attempt: () => Promise<T>,
) => Promise<T>;

/** Creates the retries of one service's client. */
export function createConnectionRetry(service: ServiceName): ConnectionRetry {
  const window = createRestartWindow();
  const writePolicy: RetryPolicy = {
    delaysMs: restartDelaysMs,
    isRetryable(error) {
      window.failed(error);
      return window.isOpen();
    },
  };
  /** A GET is safe to repeat, even if the service may have received it. */
  const readPolicy: RetryPolicy = {
    delaysMs: restartDelaysMs,
    isRetryable(error, _call, retries) {
      const fault = window.failed(error);
      return window.isOpen() || (fault === 'broken' && retries < maxBrokenReads);
    },
  };
  return async (route, call, attempt) => {
    try {
      const result = await retry(attempt, route.method === 'GET' ? readPolicy : writePolicy, call);
      window.responded();
      return result;
    } catch (error) {
      throw toAppError(service, call, error);
    }
  };
}

/** Converts the failure of a request, or of its response body, into an AppError of the caller. */
export function toAppError(service: ServiceName, call: CallContext, error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isLate(call, error))
    return new AppError('DEADLINE_EXCEEDED', {
      cause: error,
      internal: `${service} did not respond in time`,
    });
  const internal = call.signal.aborted
    ? `the caller disconnected before ${service} responded`
    : `${service} is unreachable`;
  return new AppError('DEPENDENCY_UNAVAILABLE', { cause: error, internal });
}

/** A timer may fire a fraction of a millisecond before the clock shows that the deadline has passed. */
function isLate(call: CallContext, error: unknown): boolean {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return timedOut || call.remainingMs() === 0 || connectionFaultOf(error) === 'late';
}
