import { setTimeout as wait } from 'node:timers/promises';
import {
  AppError,
  type CallContext,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';

/** Milliseconds before each new attempt: a restarting service is back within their sum. */
const pauses = [25, 100, 250, 500, 1_000];

/** The connection was never made, so the request was certainly not received. */
const neverReceived = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The connection broke: the request may have been received, so only reading may be repeated. */
const broken = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

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
  const code = codeOf(error);
  return neverReceived.has(code) || (route.method === 'GET' && broken.has(code));
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return String(code ?? cause?.code ?? '');
}

function toAppError(service: ServiceName, call: CallContext, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const late =
    call.remainingMs() === 0 || ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'].includes(codeOf(error));
  if (late)
    return new AppError('DEADLINE_EXCEEDED', { cause: error, internal: `${service} did not answer in time` });
  return new AppError('DEPENDENCY_UNAVAILABLE', { cause: error, internal: `${service} cannot be reached` });
}
