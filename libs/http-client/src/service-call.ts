import { randomUUID } from 'node:crypto';
import type { CallContext, ServiceName } from '@valuecanvas/contracts-core';

/** Creates the context of a call that a service makes as itself (a poll, a sweep), outside any request. */
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
