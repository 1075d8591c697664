import type { CacheEntry } from './answer-cache.ts';

/** The end of a call. */
export interface Settlement {
  readonly callId: string;
  readonly userId: string;
  /** Ledger row (JSON); undefined if no provider was called. */
  readonly row: string | undefined;
  readonly costNanos: bigint;
  /** Used tokens, for token limits. */
  readonly tokens: number;
  /** True if the request counts against request limits; false for a failure without cost. */
  readonly keepRequest: boolean;
  /**
   * The answer for followers. `unfit`: the answer must not be shared, so all followers make their own calls. Absent: there is
   * no answer, and one follower becomes the leader.
   */
  readonly cache?: CacheEntry | 'unfit' | undefined;
  /** The final answer to store under the call's idempotency key; if absent, the key is freed. */
  readonly answer?: string | undefined;
  /** The attempt after a failed one. It takes over what the call holds, with its own reservation. */
  readonly next?: NextAttempt | undefined;
}

export interface NextAttempt {
  readonly callId: string;
  readonly reservedNanos: bigint;
  readonly lostRow: string;
}

export type Settled =
  /** Everything that the call held is released. */
  | 'settled'
  /** The next attempt may be made. */
  | 'continued'
  /** A budget has no room for the next attempt; everything is released. */
  | 'over_budget'
  /** The call was already settled, possibly as lost. No counter changed, and no next attempt may be made. */
  | 'unknown';
