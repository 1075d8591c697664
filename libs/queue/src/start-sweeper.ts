import { setTimeout as wait } from 'node:timers/promises';

export interface Sweeper {
  /** Begins no further sweep and resolves when the running one has ended. */
  stop(): Promise<void>;
}

/** Sweeps at once and then `everyMs` milliseconds after each end, so that no two overlap; a failed one is the next one's work. */
export function startSweeper(options: {
  readonly everyMs: number;
  readonly sweep: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}): Sweeper {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await options.sweep().catch(options.onError);
      await wait(options.everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
