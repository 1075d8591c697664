import type { Period, Scope } from './counters.ts';

/** A limit of use per window. Windows start at multiples of their length since the epoch (UTC). */
export interface RateLimit {
  /** Distinguishes the limits of one user. */
  readonly name: string;
  /** Present if the limit applies to one model only. */
  readonly model?: string;
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly windowMs: number;
  /** Amount that the call uses: 1 request, or its maximum number of tokens. */
  readonly amount: number;
}

export interface Budget {
  readonly scope: Scope;
  readonly period: Period;
  readonly limitNanos: bigint;
}

/** A spending threshold of a period, at which an alert is raised. */
export interface Threshold {
  readonly scope: Scope;
  readonly period: Period;
  readonly nanos: bigint;
  readonly level: 'warning' | 'critical';
}

/** Identifies a call in its lease. */
export interface CallName {
  readonly userId: string;
  readonly callId: string;
}

export interface IdempotencyKey {
  readonly key: string;
  readonly bodyHash: string;
}

/** The spending and reservations that a call requests. */
export interface AdmissionRequest {
  /** Id of the call's row in the ledger. */
  readonly callId: string;
  readonly userId: string;
  readonly idempotency?: IdempotencyKey | undefined;
  /** True if the call may only be answered with what its idempotency key has stored. */
  readonly storedAnswerOnly?: boolean | undefined;
  /** Absent for neither cache nor single flight. With `read: false` the call stores an answer but reads none. */
  readonly cache?: { readonly key: string; readonly read: boolean } | undefined;
  /** Empty for admins. */
  readonly limits: readonly RateLimit[];
  readonly budgets: readonly Budget[];
  /** Checked when the call is settled; each raises one alert per period. Reuse the array: it is serialized once. */
  readonly thresholds: readonly Threshold[];
  /** Maximum cost of the call. */
  readonly reservedNanos: bigint;
  /** Ledger row (JSON) for a cache hit. */
  readonly hitRow: string;
  /** Ledger row (JSON) for a call that is lost with its process: `reservedNanos` as its estimated cost. */
  readonly lostRow: string;
}

/** State of a limit after the call was counted. */
export interface LimitStanding {
  readonly limit: RateLimit;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetsInMs: number;
}

export type Admission =
  /** The call may be made, and must be settled. */
  | { readonly kind: 'admitted'; readonly standings: readonly LimitStanding[] }
  /** An idempotency key of the request is now claimed: pass the final answer to `storeAnswer`. */
  | { readonly kind: 'cached'; readonly value: Buffer; readonly storedAt: number }
  | { readonly kind: 'replay'; readonly answer: string }
  | { readonly kind: 'mismatch' }
  /** Nothing is stored for a request that wants a stored answer only. */
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'in_flight'; readonly retryAfterMs: number }
  /** An identical call is in flight: see `admitOrFollow`. */
  | { readonly kind: 'wait' }
  /** Of the exhausted limits, the one that resets last. */
  | { readonly kind: 'limited'; readonly limit: RateLimit; readonly retryAfterMs: number }
  /** Of the exhausted budgets, the one that resets last. */
  | {
      readonly kind: 'over_budget';
      readonly scope: Scope;
      readonly period: Period;
      readonly limitNanos: bigint;
      /** Spent, plus reserved by calls in flight. */
      readonly spentNanos: bigint;
      /** Milliseconds since the epoch. */
      readonly resetsAt: number;
    }
  | { readonly kind: 'journal_full' };

/** An answer to store for identical requests. */
export interface CacheEntry {
  readonly key: string;
  readonly value: Buffer | string;
  /** Model, so that the answers of one model can be cleared. */
  readonly model: string;
  readonly ttlMs: number;
}

/** Size limits in bytes: of one value, and of all entries with their keys and index members. */
export interface CacheBounds {
  readonly maxBytes: number;
  readonly maxEntryBytes: number;
}

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

/** The final answer of an idempotency key; without an answer the key is freed. */
export interface StoredAnswer extends CallName {
  readonly idempotency: IdempotencyKey;
  readonly answer: string | undefined;
}
