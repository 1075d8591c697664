import { AppError } from '@valuecanvas/contracts-core';
import { connectionFaultOf } from '@valuecanvas/http-client';
import { type RetryBounds, type RetryPolicy, retry } from '@valuecanvas/resilience';

/** About 4 s in total: a service that restarts accepts connections again within that time. */
const delaysMs = [25, 50, 100, 200, 400, 600, 600, 1_000, 1_000];

/** A service that refuses connections for longer is down rather than restarting: its requests fail immediately. */
const longestRestartMs = 10_000;

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
  let unreachableSince: number | undefined;

  const policy: RetryPolicy<Repeatable> = {
    delaysMs,
    isRetryable(error, { whole, reads, abandoned }) {
      const fault = connectionFaultOf(error);
      if (fault === 'never_received') unreachableSince ??= performance.now();
      else unreachableSince = undefined;
      if (abandoned() || !whole()) return false;
      if (unreachableSince !== undefined) return performance.now() - unreachableSince <= longestRestartMs;
      return reads && fault === 'broken';
    },
  };

  return async (repeatable, attempt) => {
    try {
      await retry(attempt, policy, repeatable);
      unreachableSince = undefined;
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
