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
    await wait(pause, undefined, { signal: call.signal }).catch((cause) => {
      throw toAppError(service, call, cause);
    });
    return withConnectionRetry(service, route, call, attempt, laterPauses);
  }
}

function mayRepeat(route: RouteDefinition, error: unknown): boolean {
  const fault = connectionFaultOf(error);
  return fault === 'never_received' || (fault === 'broken' && route.method === 'GET');
}

function toAppError(service: ServiceName, call: CallContext, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const late = call.remainingMs() === 0 || connectionFaultOf(error) === 'late';
  if (late)
    return new AppError('DEADLINE_EXCEEDED', { cause: error, internal: `${service} did not answer in time` });
  return new AppError('DEPENDENCY_UNAVAILABLE', { cause: error, internal: `${service} cannot be reached` });
}
