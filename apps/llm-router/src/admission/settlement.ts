import type { CacheEntry } from './answer-cache.ts';

/** How a call ended. */
export interface Settlement {
  readonly callId: string;
  readonly userId: string;
  /** Ledger row (JSON); undefined where no provider was called. */
  readonly row: string | undefined;
  readonly costNanos: bigint;
  /** Tokens that were used, for the limits that count them. */
  readonly tokens: number;
  /** Whether the request counts against the limits; false for a failure that cost nothing. */
  readonly keepRequest: boolean;
  /**
   * The answer for others who ask the same. `unfit`: there is one that must not be kept, so those who wait ask for
   * themselves, all at once. Absent: there is none, and one of those who wait goes next.
   */
  readonly cache?: CacheEntry | 'unfit' | undefined;
  /** The final answer to keep under the call's idempotency key; absent, the key is free again. */
  readonly answer?: string | undefined;
  /** The attempt that follows a failed one: what the call holds passes to it, with a reservation of its own. */
  readonly next?: NextAttempt | undefined;
}

export interface NextAttempt {
  readonly callId: string;
  readonly reservedNanos: bigint;
  readonly lostRow: string;
}

export type Settled =
  /** Everything that the call held is given back. */
  | 'settled'
  /** The next attempt may be made. */
  | 'continued'
  /** The next attempt has no room in a budget; everything is given back. */
  | 'over_budget'
  /** Nothing was held: the call was settled before, or taken for lost. No counter changed and no next attempt may be made. */
  | 'unknown';
