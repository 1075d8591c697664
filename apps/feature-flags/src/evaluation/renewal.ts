/**
 * Makes `load` safe to ask for at any time: one runs at a time, and one more waits at most, however many ask. The
 * promise is that of a load that began after the call, so its result holds whatever was committed before.
 */
export function createRenewal<T>(load: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let waiting: Promise<T> | undefined;

  const start = (): Promise<T> => {
    waiting = undefined;
    running = load().finally(() => {
      running = undefined;
    });
    return running;
  };

  return () => {
    if (!running) return waiting ?? start();
    waiting ??= running.then(start, start);
    return waiting;
  };
}
