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
  | { readonly kind: 'in_flight'; readonly retryAfterMs: number }
  /** An identical call is in flight: see `createFlights`. */
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
