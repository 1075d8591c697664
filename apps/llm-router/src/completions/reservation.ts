import { ledgerRow, type RowBasis } from '../ledger/ledger-row.ts';
import { estimateBrokenOff, estimateUnanswered } from '../pricing/estimate.ts';
import type { ProviderError } from '../providers/provider-error.ts';
import type { Tokens } from '../providers/tokens.ts';
import type { Attempt } from './attempt.ts';

/** What became of one call of a provider. */
export interface AttemptOutcome {
  readonly tokens: Tokens | undefined;
  readonly costNanos: bigint;
}

/** What a request may spend, from its admission until everything that it cost is booked. */
export interface Reservation {
  /**
   * Books an attempt that failed; with `next`, what is reserved goes over to that one. False where the budget ends here.
   * `seen` is what is known to have been used where the answer broke off in the middle.
   */
  failed(
    attempt: Attempt,
    error: ProviderError,
    next: Attempt | undefined,
    seen?: AttemptOutcome,
  ): Promise<boolean>;
  /** Books the attempt that served, before its answer leaves. `record` is the answer as it may be kept. */
  succeeded(attempt: Attempt, outcome: AttemptOutcome, record: string | undefined): Promise<void>;
}

/** What a failed attempt may have cost: nothing where the provider did no work, else the most that it can have done. */
export function costOfFailure({ candidate }: Attempt, error: ProviderError): AttemptOutcome {
  const { dearest, bound } = candidate;
  if (error.billed === 'no') return { tokens: undefined, costNanos: 0n };
  return error.receivedBytes === 0
    ? estimateUnanswered(dearest, bound)
    : estimateBrokenOff(dearest, bound, error.receivedBytes);
}

/** The row of an attempt that served. */
export function servedRow(basis: RowBasis, attempt: Attempt, { tokens, costNanos }: AttemptOutcome): string {
  return ledgerRow(basis, {
    ...callOf(attempt),
    status: 'succeeded',
    tokens,
    costNanos,
    costEstimated: tokens?.estimated ?? false,
  });
}

/** The row of an attempt that failed. */
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

/** The row that stands for an attempt whose process died: nobody knows what it cost, so it is the most that it can. */
export function lostRow(basis: RowBasis, attempt: Attempt): string {
  return ledgerRow(basis, {
    ...callOf(attempt),
    status: 'failed',
    errorCode: 'process_died',
    costNanos: attempt.candidate.worstNanos,
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
