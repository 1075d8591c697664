/** Rejection of an operation that took longer than its timeout. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(timeoutMs: number) {
    super(`Timed out after ${Math.round(timeoutMs)} ms.`);
  }
}

/**
 * Settles as `work` does, or rejects with TimeoutError after `timeoutMs`. The signal that `work` receives is aborted at
 * the timeout, so that the work can stop. Work that ignores its signal goes on, and its later rejection is ignored.
 *
 * Sets one timer per call, which is cleared when the call settles. A hot path that bounds every request by the same
 * timeout uses `createTimeoutQueue`.
 */
export async function withTimeout<T>(
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  timeoutMs: number,
): Promise<T> {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new TimeoutError(timeoutMs);
    reject(error);
    controller.abort(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves with true when `work` has settled either way, or with false when it has not within `timeoutMs`. */
export async function settlesWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const settled = work.then(
    () => true,
    () => true,
  );
  return withTimeout(() => settled, timeoutMs).catch(() => false);
}

/**
 * Settles as `work` does, or rejects with the signal's reason once the signal is aborted.
 *
 * The signal may outlive any number of calls: its listener is removed when the call settles. A race against one promise
 * that stays pending would not do, because that promise retains the outcome of every race until it settles.
 */
export async function untilAborted<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
