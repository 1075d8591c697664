import { setTimeout as delay } from 'node:timers/promises';
import type { ChildRun } from './child-run.ts';

/** So many ends within a minute are no accident: the next life would end the same way. */
const crashLimit = 3;
const crashWindowMs = 60_000;

export interface CrashReport {
  /** In words. */
  readonly how: string;
  readonly givenUp: boolean;
}

export interface Supervised {
  /** The life that runs now, or the last one. */
  current(): ChildRun;
  /** From now on, an end is what was wanted. */
  release(): void;
}

/** Starts a program again whenever it ends by itself, each time after a longer pause, and gives up on a hopeless one. */
export function supervise(
  first: ChildRun,
  options: {
    readonly again: () => ChildRun;
    readonly report: (crash: CrashReport) => void;
    readonly pauseMs?: number;
  },
): Supervised {
  const { again, report, pauseMs = 500 } = options;
  const released = new AbortController();
  let current = first;

  const watch = async (): Promise<void> => {
    let crashes: number[] = [];
    for (;;) {
      const how = await current.exited;
      if (released.signal.aborted) return;
      const now = performance.now();
      crashes = [...crashes.filter((at) => at > now - crashWindowMs), now];
      const givenUp = crashes.length >= crashLimit;
      report({ how, givenUp });
      if (givenUp) return;
      await delay(pauseMs * 2 ** (crashes.length - 1), undefined, { signal: released.signal }).catch(
        () => undefined,
      );
      if (released.signal.aborted) return;
      current = again();
    }
  };

  watch().catch((error: unknown) => report({ how: `cannot be started: ${error}`, givenUp: true }));
  return { current: () => current, release: () => released.abort() };
}
