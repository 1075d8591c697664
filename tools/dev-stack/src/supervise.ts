import { setTimeout as delay } from 'node:timers/promises';
import type { ChildRun } from './child-run.ts';

/** Ends within a minute after which another restart is useless. */
const crashLimit = 3;
const crashWindowMs = 60_000;

export interface CrashReport {
  /** Exit code or signal, as text. */
  readonly how: string;
  readonly givenUp: boolean;
}

export interface Supervised {
  /** The current or the last run. */
  current(): ChildRun;
  /** Marks further ends as intended. */
  release(): void;
}

/** Restarts a program whenever it ends unexpectedly, with growing delays. Stops after too many ends within a minute. */
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
