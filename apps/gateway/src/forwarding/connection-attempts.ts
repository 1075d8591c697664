import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@valuecanvas/contracts-core';
import { connectionFaultOf } from '@valuecanvas/http-client';

/** Milliseconds before each new attempt, about 4 s together: a service that stops and starts is back within them. */
const pauses = [25, 50, 100, 200, 400, 600, 600, 1_000, 1_000];

/** How often a request may be sent. */
export interface Repeatable {
  /** False once a part of the body has been sent. */
  readonly whole: () => boolean;
  /** True where doing it twice does no more than doing it once. */
  readonly reads: boolean;
  /** True once nobody waits for the answer any more. */
  readonly abandoned: () => boolean;
}

/**
 * Sends again what was certainly not received, of any method. Throws DEPENDENCY_UNAVAILABLE where the service cannot
 * be reached, DEADLINE_EXCEEDED where it does not answer, and an AppError of the attempt as it is.
 */
export async function withAttempts<T>(
  service: string,
  { whole, reads, abandoned }: Repeatable,
  attempt: () => Promise<T>,
  [pause, ...laterPauses]: readonly number[] = pauses,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const fault = connectionFaultOf(error);
    const again = whole() && (fault === 'never_received' || (reads && fault === 'broken'));
    if (pause === undefined || !again || abandoned()) throw toAppError(service, error);
  }
  await wait(pause);
  return withAttempts(service, { whole, reads, abandoned }, attempt, laterPauses);
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
