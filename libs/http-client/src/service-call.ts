import { randomUUID } from 'node:crypto';
import type { CallContext, ServiceName } from '@valuecanvas/contracts-core';

/** The context of a call that a service makes for itself (a poll, a sweep), not for a request that it serves. */
export function serviceCall(options: {
  readonly service: ServiceName;
  readonly operation: string;
  readonly timeoutMs: number;
}): CallContext {
  const endsAt = performance.now() + options.timeoutMs;
  return {
    requestId: randomUUID(),
    principal: { kind: 'service', service: options.service },
    operation: options.operation,
    signal: AbortSignal.timeout(options.timeoutMs),
    remainingMs: () => Math.max(0, endsAt - performance.now()),
  };
}
