/** Knows from the requests of the page, and not from the browser's guess, if the platform can be reached. */
export interface Connection {
  /** Records if a request has reached the platform. */
  report(isReached: boolean): void;
  /** Asks the platform for a sign of life, unless a request has reached it in the last `quietMs`. */
  check(quietMs: number): void;
  isLost(): boolean;
  subscribe(listener: () => void): () => void;
}

/** Pauses between probes while the connection is lost. The last one repeats. */
const probeMs = [1_000, 2_000, 4_000, 8_000];

/** `probe` asks the platform for a sign of life, and reports like any other request. */
export function createConnection(probe: () => Promise<unknown>): Connection {
  let isLost = false;
  let reachedAt = 0;
  const listeners = new Set<() => void>();
  const probeUntilBack = async () => {
    for (let attempt = 0; isLost; attempt++) {
      const pause = probeMs[Math.min(attempt, probeMs.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (isLost) await probe().catch(() => undefined);
    }
  };
  return {
    report(isReached) {
      if (isReached) reachedAt = Date.now();
      if (isLost === !isReached) return;
      isLost = !isReached;
      for (const listener of listeners) listener();
      if (isLost) void probeUntilBack();
    },
    check(quietMs) {
      if (Date.now() - reachedAt >= quietMs) void probe().catch(() => undefined);
    },
    isLost: () => isLost,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
