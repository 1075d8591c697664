import { hash } from 'node:crypto';
import { publish, type Redis } from '@valuecanvas/redis';
import { coalesce } from '@valuecanvas/resilience';
import { type ChangesOptions, followChanges } from './follow-changes.ts';

/** The publishing side of a snapshot: the service that owns the state. `LiveSnapshot` is the subscribing side. */
export interface SnapshotSource<S> {
  /**
   * Loads a snapshot that includes everything committed before the call. Concurrent calls share loads. Rejects as `load`
   * does.
   */
  refresh(): Promise<S>;
  /**
   * Refreshes and publishes the version to subscribers, after a committed change. Never rejects, and does not wait for
   * Redis: a subscriber that misses the message learns of the change by polling.
   */
  publish(): Promise<void>;
  /** Calls `listener` after each change that this process has loaded. Returns a function that ends the calls. */
  onChange(listener: (snapshot: S) => void): () => void;
  /** Keeps a current snapshot in this process as well, and reloads it when another replica publishes a change. */
  follow(options: Omit<ChangesOptions, 'channel' | 'onError'>): FollowedSnapshot<S>;
}

export interface FollowedSnapshot<S> {
  /** Returns the last known snapshot, even while `load` fails. Loads the first one, and rejects if that load fails. */
  current(): Promise<S>;
  stop(): Promise<void>;
}

export interface SnapshotSourceOptions<S> {
  /** Reads the stored state. */
  readonly load: () => Promise<S>;
  readonly redis: Redis;
  /** Channel on which versions are published. */
  readonly channel: string;
  /** Receives the errors of loads and publications in the background. */
  readonly onError: (error: unknown) => void;
}

export function createSnapshotSource<S extends { readonly version: string }>(
  options: SnapshotSourceOptions<S>,
): SnapshotSource<S> {
  const { load, redis, channel, onError } = options;
  const listeners = new Set<(snapshot: S) => void>();
  let latest: S | undefined;

  const refresh = coalesce(async () => {
    const loaded = await load();
    // An unchanged snapshot stays the same object, so that values derived from it can be cached by identity.
    if (latest?.version === loaded.version) return latest;
    const isFirst = latest === undefined;
    latest = loaded;
    if (!isFirst) for (const listener of listeners) listener(loaded);
    return latest;
  });

  return {
    refresh,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async publish() {
      try {
        const { version } = await refresh();
        publish(redis, channel, version).catch(onError);
      } catch (error) {
        onError(error);
      }
    },
    follow(changes) {
      const { stop } = followChanges({ ...changes, channel, onError }, () => latest?.version, refresh);
      return { current: async () => latest ?? refresh(), stop };
    },
  };
}

/** A version that depends on the contents alone, so that replicas agree on it without coordination. */
export function versionOf(contents: unknown): string {
  return hash('sha256', JSON.stringify(contents), 'base64url');
}
