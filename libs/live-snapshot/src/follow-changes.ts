import { type Redis, subscribe } from '@valuecanvas/redis';
import { every, type Loop } from '@valuecanvas/resilience';

export interface ChangesOptions {
  /** A blocking connection, used for nothing else. Messages on `channel` name the latest version. */
  readonly redis: Redis;
  readonly channel: string;
  /** Milliseconds between reloads if no message arrives. */
  readonly pollMs: number;
  /** Receives the errors of failed reloads. The last known snapshot is kept. */
  readonly onError: (error: unknown) => void;
}

/**
 * Calls `reload` now, then after each message that names an unknown version, after each reconnection of Redis, and every
 * `pollMs`. `reload` coalesces concurrent calls itself.
 */
export function followChanges(
  { redis, channel, pollMs, onError }: ChangesOptions,
  knownVersion: () => string | undefined,
  reload: () => Promise<unknown>,
): Loop {
  subscribe(redis, channel, (version) => {
    if (version === undefined || version !== knownVersion()) reload().catch(onError);
  });
  return every(pollMs, reload, onError);
}
