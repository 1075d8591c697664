import type { Period, Scope } from './counters.ts';

/** How much of one thing may be used in windows of one length, which begin at multiples of it since the epoch (UTC). */
export interface RateLimit {
  /** Tells limits of one user apart. */
  readonly name: string;
  /** Where the limit holds for one model alone. */
  readonly model?: string;
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly windowMs: number;
  /** What the call takes: 1 request, or the most tokens that it can use. */
  readonly amount: number;
}

export interface Budget {
  readonly scope: Scope;
  readonly period: Period;
  readonly limitNanos: bigint;
}

/** An amount at which somebody is told of what was spent in a period. */
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

/** What a call wants to spend and hold. */
export interface AdmissionRequest {
  /** Id of the call's row in the ledger. */
  readonly callId: string;
  readonly userId: string;
  readonly idempotency?: IdempotencyKey | undefined;
  /** Absent: neither cache nor single flight. `read: false` takes no kept answer but leaves one. */
  readonly cache?: { readonly key: string; readonly read: boolean } | undefined;
  /** None for admins. */
  readonly limits: readonly RateLimit[];
  readonly budgets: readonly Budget[];
  /** Watched while the call is settled, each told once per period. Give the same array again: it is written out once. */
  readonly thresholds: readonly Threshold[];
  /** The most that the call can cost. */
  readonly reservedNanos: bigint;
  /** Ledger row (JSON) that is journaled if the cache answers. */
  readonly hitRow: string;
  /** Ledger row (JSON) that is journaled if the process dies: `reservedNanos` as an estimated cost. */
  readonly lostRow: string;
}

/** How one limit stands after a call was counted. */
export interface LimitStanding {
  readonly limit: RateLimit;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetsInMs: number;
}

export type Admission =
  /** The call may be made, and must be settled. */
  | { readonly kind: 'admitted'; readonly standings: readonly LimitStanding[] }
  /** With an idempotency key, that is claimed now: give the answer that is sent to `storeAnswer`. */
  | { readonly kind: 'cached'; readonly value: Buffer; readonly storedAt: number }
  | { readonly kind: 'replay'; readonly answer: string }
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'in_flight'; readonly retryAfterMs: number }
  /** Another call has asked the same and is under way: see `createFlights`. */
  | { readonly kind: 'wait' }
  /** Of the limits without room the one that resets last. */
  | { readonly kind: 'limited'; readonly limit: RateLimit; readonly retryAfterMs: number }
  /** Of the budgets without room the one that resets last. */
  | {
      readonly kind: 'over_budget';
      readonly scope: Scope;
      readonly period: Period;
      readonly limitNanos: bigint;
      /** Spent, and held by calls under way. */
      readonly spentNanos: bigint;
      /** Milliseconds since the epoch. */
      readonly resetsAt: number;
    }
  | { readonly kind: 'journal_full' };
