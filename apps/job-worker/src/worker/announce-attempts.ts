import type { Attempt, AttemptsStore } from './attempts.store.ts';

/** Announces the job of each attempt that began or ended, after the commit. */
export function announceAttempts(store: AttemptsStore, announce: (jobId: string) => void): AttemptsStore {
  const afterwards =
    <Rest extends unknown[], R>(end: (attempt: Attempt, ...rest: Rest) => Promise<R>) =>
    async (attempt: Attempt, ...rest: Rest): Promise<R> => {
      const ended = await end(attempt, ...rest);
      announce(attempt.jobId);
      return ended;
    };
  return {
    async claim(jobId, types) {
      const attempt = await store.claim(jobId, types);
      announce(jobId);
      return attempt;
    },
    complete: afterwards(store.complete),
    fail: afterwards(store.fail),
    postpone: afterwards(store.postpone),
    release: afterwards(store.release),
  };
}
