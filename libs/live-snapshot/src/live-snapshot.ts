import { coalesce, withTimeout } from '@valuecanvas/resilience';
import { type ChangesOptions, followChanges } from './follow-changes.ts';

/** The latest snapshot of another service's state, kept in this process and reloaded when it changes. */
export interface LiveSnapshot<S> {
  /** The latest known snapshot, regardless of its age. Undefined only before the first one has arrived. */
  current(): S | undefined;
  /**
   * Resolves with the snapshot after the first fetch, or with undefined if none arrives within `timeoutMs`. With an initial
   * snapshot it also resolves after a failed fetch, and after `timeoutMs` with the initial one.
   */
  first(timeoutMs: number): Promise<S | undefined>;
  /** Stops reloading. The current snapshot stays. */
  stop(): void;
}

export interface LiveSnapshotOptions<S> extends ChangesOptions {
  /** Fetches the snapshot, or resolves with undefined if `knownVersion` is still the latest. */
  readonly fetch: (knownVersion: string | undefined) => Promise<S | undefined>;
  /** Snapshot of an earlier process, which is current until the first fetch succeeds. */
  readonly initial?: S | undefined;
}

/** Delay between attempts while no snapshot has arrived yet. */
const firstRetryMs = 300;

/** Fetches at once, then after each published version, after each reconnection of Redis, and every `pollMs`. */
export function createLiveSnapshot<S extends { readonly version: string }>(
  options: LiveSnapshotOptions<S>,
): LiveSnapshot<S> {
  const arrived = Promise.withResolvers<S>();
  let snapshot = options.initial;
  let retryTimer: NodeJS.Timeout | undefined;
  let stopped = false;

  const renew = coalesce(async () => {
    if (stopped) return;
    try {
      const fetched = await options.fetch(snapshot?.version);
      if (stopped) return;
      snapshot = fetched ?? snapshot;
      if (snapshot) arrived.resolve(snapshot);
    } catch (error) {
      if (stopped) return;
      options.onError(error);
      if (snapshot) arrived.resolve(snapshot);
      // Without any snapshot the service cannot work, so it does not wait for the next poll.
      if (!snapshot) retryTimer = setTimeout(() => void renew(), firstRetryMs).unref();
    }
  });
  const changes = followChanges(options, () => snapshot?.version, renew);

  return {
    current: () => snapshot,
    first: (timeoutMs) => withTimeout(() => arrived.promise, timeoutMs).catch(() => snapshot),
    stop() {
      stopped = true;
      clearTimeout(retryTimer);
      void changes.stop();
    },
  };
}
