import { Mismatch } from './mismatch.ts';

/**
 * Runs one check, prints its line and returns its result; undefined if it failed, so that dependent checks can be
 * skipped.
 */
export type Check = <T>(promise: string, work: () => Promise<T>) => Promise<T | undefined>;

export interface Checks {
  readonly check: Check;
  /** Counts so far. */
  tally(): { readonly passed: number; readonly failed: number };
}

export function createChecks(print: (line: string) => void): Checks {
  const counts = { passed: 0, failed: 0 };
  const line = (verdict: string, began: number, text: string) =>
    print(`${verdict} ${String(Math.round(performance.now() - began)).padStart(6)} ms  ${text}`);
  return {
    async check(promise, work) {
      const began = performance.now();
      try {
        const found = await work();
        counts.passed++;
        line('ok  ', began, promise);
        return found;
      } catch (error) {
        counts.failed++;
        line('FAIL', began, `${promise}: ${explain(error)}`);
        return undefined;
      }
    },
    tally: () => ({ ...counts }),
  };
}

function explain(error: unknown): string {
  if (error instanceof Mismatch) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
