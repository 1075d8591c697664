import { createTimeoutQueue, TimeoutError } from '@valuecanvas/resilience';

/** Runs a call of a dependency, or resolves with undefined where the dependency fails or does not answer in time. */
export type FailOpenCall = <T>(call: () => Promise<T>) => Promise<T | undefined>;

/** After a failure the dependency is not called for this long. */
const coolDownMs = 1_000;

/**
 * Bounds calls without whose result a request can go on: none takes longer than `timeoutMs`. A failure goes to `onFailure`
 * and starts a cool-down, during which calls resolve with undefined at once.
 */
export function createFailOpenCall(options: {
  readonly timeoutMs: number;
  readonly onFailure: (error: unknown) => void;
}): FailOpenCall {
  const { timeoutMs } = options;
  // Every request passes here, so that all calls share one timer.
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
