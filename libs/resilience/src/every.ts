export interface Loop {
  /** Starts no further round, aborts the signal of the running one, and resolves when that has settled. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Runs `round` now and then every `intervalMs` milliseconds until it is stopped. Rounds never overlap: a round that is due
 * while the previous one still runs is skipped. An error of a round goes to `onError`, and the loop continues.
 *
 * The timer does not keep the process alive.
 */
export function every(
  intervalMs: number,
  round: (signal: AbortSignal) => unknown,
  onError: (error: unknown) => void,
): Loop {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    try {
      await round(stopping.signal);
    } catch (error) {
      onError(error);
    }
  };
  const startRound = (): void => {
    running ??= run().finally(() => {
      running = undefined;
    });
  };

  const timer = setInterval(startRound, intervalMs).unref();
  startRound();
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
