/**
 * Coalesces concurrent loads of the same key: callers that ask for a key while its load runs share that load's promise.
 * Nothing is kept once the load has settled, so a failed load is tried again by the next caller. `keyOf` returns the key
 * of an argument that is not a key itself.
 */
export function singleFlight<A, T>(
  load: (argument: A) => Promise<T>,
  keyOf: (argument: A) => unknown = (argument) => argument,
): (argument: A) => Promise<T> {
  const running = new Map<unknown, Promise<T>>();
  return (argument) => {
    const key = keyOf(argument);
    const known = running.get(key);
    if (known) return known;
    const started = load(argument).finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}

/**
 * Coalesces reloads of one value. At most one load runs and at most one more waits for it, regardless of the number of
 * callers. The returned promise is that of a load that began after the call, so its result includes everything that was
 * committed before the call.
 */
export function coalesce<T>(load: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  const start = (): Promise<T> => {
    next = undefined;
    running = load().finally(() => {
      running = undefined;
    });
    return running;
  };

  return () => {
    if (!running) return next ?? start();
    next ??= running.then(start, start);
    return next;
  };
}
