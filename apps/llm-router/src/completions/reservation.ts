import { ledgerRow, type RowBasis } from '../ledger/ledger-row.ts';
import { estimateBrokenOff, estimateUnanswered } from '../pricing/estimate.ts';
import type { ProviderError } from '../providers/provider-error.ts';
import type { Tokens } from '../providers/tokens.ts';
import type { Attempt } from './attempt.ts';

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
  /** Books the successful attempt before its answer is sent. `record` is the answer to store. */
  succeeded(attempt: Attempt, outcome: AttemptOutcome, record: string | undefined): Promise<void>;
}

/** Returns the cost of a failed attempt: zero if the provider did no work, else its maximum cost. */
export function costOfFailure({ candidate }: Attempt, error: ProviderError): AttemptOutcome {
  const { highestPrice, bound } = candidate;
  if (error.billed === 'no') return { tokens: undefined, costNanos: 0n };
  return error.receivedBytes === 0
    ? estimateUnanswered(highestPrice, bound)
    : estimateBrokenOff(highestPrice, bound, error.receivedBytes);
}

/** Builds the row of a successful attempt. */
export function servedRow(basis: RowBasis, attempt: Attempt, { tokens, costNanos }: AttemptOutcome): string {
  return ledgerRow(basis, {
    ...callOf(attempt),
    status: 'succeeded',
    tokens,
    costNanos,
    costEstimated: tokens?.estimated ?? false,
  });
}

/** Builds the row of a failed attempt. */
export function failedRow(
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
    provider: candidate.line.provider.id,
    model: candidate.model,
    latencyMs: performance.now() - startedAt,
  };
}
