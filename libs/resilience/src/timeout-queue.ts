/** Pending operations that share one timeout. */
export interface TimeoutQueue {
  /** Calls `onTimeout` once when the timeout has passed, unless the returned entry is cancelled before. */
  add(onTimeout: () => void): PendingTimeout;
  cancel(pending: PendingTimeout): void;
}

export interface PendingTimeout {
  /** End of the timeout, by the monotonic clock. */
  readonly endsAt: number;
  /** Undefined once the timeout is cancelled. */
  onTimeout: (() => void) | undefined;
}

/**
 * Bounds any number of concurrent operations by the same timeout with one timer: entries expire in the order in which they
 * were added. It replaces `withTimeout` if a timer per request would cost too much.
 *
 * Entries are kept in an array. A Set that grows or shrinks links its old table to the new one, so that a table in V8's
 * old generation retains all later tables, with the requests that they refer to (measured with Node 24).
 */
export function createTimeoutQueue(timeoutMs: number): TimeoutQueue {
  let entries: PendingTimeout[] = [];
  let isTimed = false;

  const expire = (): void => {
    const now = performance.now();
    const firstPending = entries.findIndex(
      ({ endsAt, onTimeout }) => onTimeout !== undefined && endsAt > now,
    );
    const expired = firstPending < 0 ? entries : entries.slice(0, firstPending);
    entries = firstPending < 0 ? [] : entries.slice(firstPending);
    isTimed = entries[0] !== undefined;
    if (entries[0]) setTimeout(expire, Math.ceil(entries[0].endsAt - now));
    for (const { onTimeout } of expired) onTimeout?.();
  };

  return {
    add(onTimeout) {
      const pending: PendingTimeout = { endsAt: performance.now() + timeoutMs, onTimeout };
      entries.push(pending);
      if (!isTimed) setTimeout(expire, timeoutMs);
      isTimed = true;
      return pending;
    },
    cancel(pending) {
      pending.onTimeout = undefined;
    },
  };
}
