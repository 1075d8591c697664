import { createPatience } from './patience.ts';

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
  const { patienceMs } = options;
  const patience = createPatience(patienceMs);
  let pausedUntil = 0;
  const fail = (error: unknown): undefined => {
    pausedUntil = performance.now() + pauseMs;
    options.onFailure(error);
  };

  return <T>(question: () => Promise<T>) => {
    if (performance.now() < pausedUntil) return Promise.resolve(undefined);
    return new Promise<T | undefined>((resolve) => {
      const wait = patience.begin(() => resolve(fail(new Error(`no answer within ${patienceMs} ms`))));
      void question()
        .catch(fail)
        .then((answer) => {
          patience.end(wait);
          resolve(answer);
        });
    });
  };
}
