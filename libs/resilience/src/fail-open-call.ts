import { TimeoutError } from './timeout.ts';
import { createTimeoutQueue } from './timeout-queue.ts';

/** Runs a call of a dependency. Resolves with undefined if the dependency fails or does not respond in time. */
export type FailOpenCall = <T>(call: () => Promise<T>) => Promise<T | undefined>;

/** After a failure the dependency is not called for this long. */
const coolDownMs = 1_000;

/**
 * Bounds calls whose result is optional for a request: none takes longer than `timeoutMs`. A failure is reported to
 * `onFailure` and starts a cool-down, during which calls resolve with undefined immediately.
 */
export function createFailOpenCall(options: {
  readonly timeoutMs: number;
  readonly onFailure: (error: unknown) => void;
}): FailOpenCall {
  const { timeoutMs } = options;
  // All calls share one timer, because every request makes such a call.
  const timeouts = createTimeoutQueue(timeoutMs);
  let coolDownUntil = 0;
  const fail = (error: unknown): undefined => {
    coolDownUntil = performance.now() + coolDownMs;
    options.onFailure(error);
  };

  return <T>(call: () => Promise<T>) => {
    if (performance.now() < coolDownUntil) return Promise.resolve(undefined);
    return new Promise<T | undefined>((resolve) => {
      const pending = timeouts.add(() => resolve(fail(new TimeoutError(timeoutMs))));
      void call()
        .catch(fail)
        .then((result) => {
          timeouts.cancel(pending);
          resolve(result);
        });
    });
  };
}
