import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@valuecanvas/contracts-core';
import { connectionFaultOf } from '@valuecanvas/http-client';

/** Milliseconds before each new attempt, about 4 s together: a service that stops and starts is back within them. */
const pauses = [25, 50, 100, 200, 400, 600, 600, 1_000, 1_000];

/** Milliseconds after which a service that refuses connections does not just restart: nobody waits for it any more. */
const longestRestartMs = 10_000;

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
export type Attempts = (repeatable: Repeatable, attempt: () => Promise<void>) => Promise<void>;

/** Those of one service: of one that has been away for longer than a restart takes, each request is told at once. */
export function createAttempts(service: string): Attempts {
  let awaySince: number | undefined;

  const fails = (error: unknown, { whole, reads, abandoned }: Repeatable): boolean => {
    const fault = connectionFaultOf(error);
    if (fault === 'never_received') awaySince ??= performance.now();
    else awaySince = undefined;
    if (abandoned() || !whole()) return true;
    if (awaySince !== undefined) return performance.now() - awaySince > longestRestartMs;
    return !(reads && fault === 'broken');
  };
  const inTurns = async (
    repeatable: Repeatable,
    attempt: () => Promise<void>,
    [pause, ...laterPauses]: readonly number[],
  ): Promise<void> => {
    try {
      await attempt();
      awaySince = undefined;
      return;
    } catch (error) {
      if (fails(error, repeatable) || pause === undefined) throw toAppError(service, error);
    }
    await wait(pause);
    return inTurns(repeatable, attempt, laterPauses);
  };

  return (repeatable, attempt) => inTurns(repeatable, attempt, pauses);
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
