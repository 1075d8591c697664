export { every, type Loop } from './every.ts';
export { createFailOpenCall, type FailOpenCall } from './fail-open-call.ts';
export { forever, lengthen, type RetryBounds, type RetryPolicy, retry } from './retry.ts';
export {
  createSemaphore,
  QueueFullError,
  type Semaphore,
  type SemaphoreFigures,
  type SemaphoreOptions,
} from './semaphore.ts';
export { coalesce, singleFlight } from './single-flight.ts';
export { settlesWithin, TimeoutError, untilAborted, withTimeout } from './timeout.ts';
