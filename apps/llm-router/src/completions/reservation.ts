import { AppError } from '@valuecanvas/contracts-core';
import type { NextAttempt, Settled, Settlement } from '../admission/types.ts';
import { ledgerRow, type RowBasis } from '../ledger/ledger-row.ts';
import type { Tokens } from '../protocol/tokens.ts';
import { type ProviderError, wasCalled } from '../providers/provider-error.ts';
import { outcomeOf, writeRefusal } from './answer.ts';
import { providersError } from './errors.ts';
import type { Attempt, Prepared } from './request.ts';
import type { SettlementQueue } from './settlement-queue.ts';

/** Outcome of one provider call. */
export interface AttemptOutcome {
  readonly tokens: Tokens | undefined;
  readonly costNanos: bigint;
}

/** A request's reserved budget, from admission until all its costs are booked. */
export interface Reservation {
  /**
   * Books a failed attempt. With `next`, passes the reservation to the next attempt, or returns false if the budget has no room
   * for it. `seen` is the known usage of an answer that broke off.
   */
  failed(
    attempt: Attempt,
    error: ProviderError,
    next: Attempt | undefined,
    seen?: AttemptOutcome,
  ): Promise<boolean>;
  /**
   * Books the successful attempt before its answer is sent. `record` is the answer to store under the idempotency key and, if
   * `isShareable`, for identical requests.
   */
  succeeded(
    attempt: Attempt,
    outcome: AttemptOutcome,
    answer: { readonly record: string | undefined; readonly isShareable: boolean },
  ): Promise<void>;
}

export interface RedisReservationOptions {
  readonly prepared: Prepared;
  readonly basis: RowBasis;
  readonly settlements: SettlementQueue;
  /** Key under which the answer is shared; undefined if it is not. */
  readonly cacheKey: string | undefined;
  readonly caching: { readonly ttlMs: number; readonly maxEntryBytes: number };
}

/** Creates the reservation of a call admitted through Redis. */
export function redisReservation({
  prepared,
  basis,
  settlements,
  cacheKey,
  caching,
}: RedisReservationOptions): Reservation {
  const { request } = prepared;
  const isKeyed = request.idempotency !== undefined;

  const nextOf = (next: Attempt): NextAttempt => ({
    callId: next.id,
    reservedNanos: prepared.maxCostNanos,
    lostRow: lostRow(basis, next),
  });

  const entryOf = (record: string | undefined): Settlement['cache'] => {
    if (cacheKey === undefined) return undefined;
    if (record === undefined || Buffer.byteLength(record) > caching.maxEntryBytes) return 'unfit';
    return { key: cacheKey, value: record, model: request.body.model, ttlMs: caching.ttlMs };
  };

  const settle = (
    attempt: Attempt,
    row: string | undefined,
    { tokens, costNanos }: AttemptOutcome,
    rest: Pick<Settlement, 'keepRequest' | 'cache' | 'answer' | 'next'>,
  ): Promise<Settled> =>
    settlements.settle({
      admitted: true,
      settlement: {
        callId: attempt.id,
        userId: request.call.principal.userId,
        row,
        costNanos,
        tokens: tokens ? tokens.prompt + tokens.completion : 0,
        ...rest,
      },
    });

  return {
    async failed(attempt, error, next, seen) {
      const called = wasCalled(error);
      // If the provider was never called, the next attempt takes over this one's row.
      if (!called && next) return true;
      const outcome = seen ?? costOfFailure(attempt, error);
      const row = called ? failedRow(basis, attempt, error, outcome) : undefined;
      const settled = await settle(attempt, row, outcome, {
        keepRequest: outcome.costNanos > 0n || error.fault === 'caller',
        answer: isKeyed && !next ? finalRefusal(error, request.body.model) : undefined,
        next: next && nextOf(next),
      });
      return settled === 'continued';
    },

    async succeeded(attempt, outcome, { record, isShareable }) {
      await settle(attempt, servedRow(basis, attempt, outcome), outcome, {
        keepRequest: true,
        cache: entryOf(isShareable ? record : undefined),
        answer: isKeyed ? record : undefined,
      });
    },
  };
}

/** Only refusals of an invalid request are final: other failures may succeed with the same key. */
function finalRefusal(error: ProviderError, model: string): string | undefined {
  if (error.fault !== 'caller') return undefined;
  return writeRefusal(providersError([error], { model, signal: AbortSignal.any([]) }));
}

/** The amount that this process may spend while Redis, which keeps the budgets, is unavailable. */
export interface OfflineAllowance {
  /** Reserves a call's maximum cost. Throws DEPENDENCY_UNAVAILABLE if less is left. */
  take(nanos: bigint): void;
  /** Releases what was reserved and not spent. */
  giveBack(nanos: bigint): void;
  /** Restores the whole allowance for the next outage. */
  renew(): void;
}

export function createOfflineAllowance(limitNanos: bigint): OfflineAllowance {
  let taken = 0n;
  return {
    take(nanos) {
      if (taken + nanos > limitNanos)
        throw new AppError('DEPENDENCY_UNAVAILABLE', {
          internal: 'the offline allowance is used up',
          retryAfterSeconds: 2,
        });
      taken += nanos;
    },
    giveBack(nanos) {
      taken = taken > nanos ? taken - nanos : 0n;
    },
    renew() {
      taken = 0n;
    },
  };
}

export interface OfflineReservationOptions {
  readonly prepared: Prepared;
  readonly basis: RowBasis;
  readonly settlements: SettlementQueue;
  readonly allowance: OfflineAllowance;
}

/** Creates a reservation from this process's offline allowance, while Redis is unavailable. */
export function offlineReservation({
  prepared,
  basis,
  settlements,
  allowance,
}: OfflineReservationOptions): Reservation {
  const { maxCostNanos, request } = prepared;
  const { userId } = request.call.principal;
  allowance.take(maxCostNanos);

  const end = async (
    attempt: Attempt,
    { costNanos, tokens }: AttemptOutcome,
    row: string | undefined,
  ): Promise<void> => {
    allowance.giveBack(maxCostNanos - costNanos);
    if (!row) return;
    await settlements.settle({
      admitted: false,
      settlement: {
        callId: attempt.id,
        userId,
        row,
        costNanos,
        tokens: tokens ? tokens.prompt + tokens.completion : 0,
        keepRequest: true,
      },
    });
  };

  return {
    async failed(attempt, error, next, seen) {
      if (!wasCalled(error) && next) return true;
      const outcome = seen ?? costOfFailure(attempt, error);
      await end(attempt, outcome, wasCalled(error) ? failedRow(basis, attempt, error, outcome) : undefined);
      if (!next) return false;
      allowance.take(maxCostNanos);
      return true;
    },
    succeeded: (attempt, outcome) => end(attempt, outcome, servedRow(basis, attempt, outcome)),
  };
}

/** Returns the cost of a failed attempt: zero if the provider certainly did no work, else that of the prompt and what was received. */
function costOfFailure(attempt: Attempt, { billed, usage, receivedBytes }: ProviderError): AttemptOutcome {
  if (billed === 'no') return { tokens: undefined, costNanos: 0n };
  return outcomeOf(attempt, { usage, tier: undefined, answerBytes: receivedBytes });
}

/** Builds the row of a cache hit: no usage, no cost. */
export function hitRow(basis: RowBasis, { id, candidate }: Attempt): string {
  return ledgerRow(basis, {
    id,
    provider: 'cache',
    model: candidate.model,
    status: 'succeeded',
    costNanos: 0n,
    costEstimated: false,
    latencyMs: 0,
    cached: true,
  });
}

/** Builds the row of a successful attempt. */
function servedRow(basis: RowBasis, attempt: Attempt, { tokens, costNanos }: AttemptOutcome): string {
  return ledgerRow(basis, {
    ...callOf(attempt),
    status: 'succeeded',
    tokens,
    costNanos,
    costEstimated: tokens?.estimated ?? false,
  });
}

/** Builds the row of a failed attempt. */
function failedRow(
  basis: RowBasis,
  attempt: Attempt,
  { fault }: ProviderError,
  { tokens, costNanos }: AttemptOutcome,
): string {
  return ledgerRow(basis, {
    ...callOf(attempt),
    status: fault === 'timeout' ? 'timed_out' : fault === 'cancelled' ? 'cancelled' : 'failed',
    errorCode: fault,
    tokens,
    costNanos,
    costEstimated: tokens?.estimated ?? false,
  });
}

/** Builds the row of an attempt whose process dies: its actual cost is unknown, so it is booked at its maximum cost. */
export function lostRow(basis: RowBasis, attempt: Attempt): string {
  return ledgerRow(basis, {
    ...callOf(attempt),
    status: 'failed',
    errorCode: 'process_died',
    costNanos: attempt.candidate.maxCostNanos,
    costEstimated: true,
  });
}

function callOf({ id, candidate, startedAt }: Attempt) {
  return {
    id,
    provider: candidate.client.provider.id,
    model: candidate.model,
    latencyMs: performance.now() - startedAt,
  };
}
