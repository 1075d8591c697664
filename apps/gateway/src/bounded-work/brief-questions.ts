/** Puts a question, or gives undefined where there is no answer in time. */
export type BriefAsker = <T>(question: () => Promise<T>) => Promise<T | undefined>;

/** Milliseconds for which a dependency is not asked again after it failed. */
const pauseMs = 1_000;

/**
 * For questions without whose answer a request goes on: none waits longer than `patienceMs`, and after a failure, told
 * to `onFailure`, the dependency is spared for a second.
 */
export function createBriefAsker(options: {
  readonly patienceMs: number;
  readonly onFailure: (error: unknown) => void;
}): BriefAsker {
  let pausedUntil = 0;
  return async (question) => {
    if (performance.now() < pausedUntil) return undefined;
    try {
      return await within(options.patienceMs, question());
    } catch (error) {
      pausedUntil = performance.now() + pauseMs;
      options.onFailure(error);
      return undefined;
    }
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
