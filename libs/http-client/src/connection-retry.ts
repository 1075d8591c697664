import { setTimeout as wait } from 'node:timers/promises';
import {
  AppError,
  type CallContext,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import { connectionFaultOf } from './connection-fault.ts';

/** Milliseconds before each new attempt: a restarting service is back within their sum. */
const pauses = [25, 100, 250, 500, 1_000];

/** Runs `attempt` again where that is safe and the deadline leaves room; turns what is left into AppError. */
export async function withConnectionRetry<T>(
  service: ServiceName,
  route: RouteDefinition,
  call: CallContext,
  attempt: () => Promise<T>,
  [pause, ...laterPauses]: readonly number[] = pauses,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (pause === undefined || pause >= call.remainingMs() || !mayRepeat(route, error)) {
      throw toAppError(service, call, error);
    }
    await wait(pause, undefined, { signal: call.signal }).catch(() => {
      throw toAppError(service, call, call.signal.reason);
    });
    return withConnectionRetry(service, route, call, attempt, laterPauses);
  }
}

function mayRepeat(route: RouteDefinition, error: unknown): boolean {
  const fault = connectionFaultOf(error);
  return fault === 'never_received' || (fault === 'broken' && route.method === 'GET');
}

/** Turns what a request or its response body failed with into an AppError of the caller. */
export function toAppError(service: ServiceName, call: CallContext, error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isLate(call, error))
    return new AppError('DEADLINE_EXCEEDED', { cause: error, internal: `${service} did not answer in time` });
  const internal = call.signal.aborted
    ? `the caller did not wait for ${service}`
    : `${service} cannot be reached`;
  return new AppError('DEPENDENCY_UNAVAILABLE', { cause: error, internal });
}

/** A timer may go off a fraction of a millisecond before the clock says that the time is up. */
function isLate(call: CallContext, error: unknown): boolean {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  return timedOut || call.remainingMs() === 0 || connectionFaultOf(error) === 'late';
}
