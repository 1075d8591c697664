import { AppError } from '@valuecanvas/contracts-core';
import {
  connectionFaultOf,
  createRestartWindow,
  maxBrokenReads,
  restartDelaysMs,
} from '@valuecanvas/http-client';
import { type RetryBounds, type RetryPolicy, retry } from '@valuecanvas/resilience';

/** Conditions under which a request may be sent again. */
export interface Repeatable extends RetryBounds {
  /** False once a part of the body has been sent. */
  readonly whole: () => boolean;
  /** True for a method that is safe to repeat. */
  readonly reads: boolean;
  /** True once the client has disconnected. */
  readonly abandoned: () => boolean;
}

/**
 * Retries a request of any method that was certainly not received. Throws DEPENDENCY_UNAVAILABLE if the service cannot be
 * reached, DEADLINE_EXCEEDED if it does not respond, and rethrows an AppError of the attempt.
 */
export type Attempts = (repeatable: Repeatable, attempt: () => Promise<void>) => Promise<void>;

/** Attempts at one service. The policy is shared by all its requests, so that a request allocates nothing for it. */
export function createAttempts(service: string): Attempts {
  const window = createRestartWindow();

  const policy: RetryPolicy<Repeatable> = {
    delaysMs: restartDelaysMs,
    isRetryable(error, { whole, reads, abandoned }, retries) {
      const fault = window.failed(error);
      if (abandoned() || !whole()) return false;
      return window.isOpen() || (reads && fault === 'broken' && retries < maxBrokenReads);
    },
  };

  return async (repeatable, attempt) => {
    try {
      await retry(attempt, policy, repeatable);
      window.responded();
    } catch (error) {
      throw toAppError(service, error);
    }
  };
}

function toAppError(service: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  return connectionFaultOf(cause) === 'late'
    ? new AppError('DEADLINE_EXCEEDED', { cause, internal: `${service} did not answer in time` })
    : new AppError('DEPENDENCY_UNAVAILABLE', {
        cause,
        internal: `${service} cannot be reached`,
        retryAfterSeconds: 2,
      });
}
