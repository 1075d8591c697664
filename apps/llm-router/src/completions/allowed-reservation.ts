import type { RowBasis } from '../ledger/ledger-row.ts';
import { wasCalled } from '../providers/provider-error.ts';
import type { Allowance } from './allowance.ts';
import type { Attempt } from './attempt.ts';
import type { Settling } from './late-settlements.ts';
import type { Prepared } from './prepare.ts';
import { type AttemptOutcome, costOfFailure, failedRow, type Reservation, servedRow } from './reservation.ts';

/** Creates a reservation from this process's offline allowance, while Redis is unavailable. */
export function allowedReservation(
  prepared: Prepared,
  basis: RowBasis,
  { allowance, settling }: { readonly allowance: Allowance; readonly settling: Settling },
): Reservation {
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
    await settling.settle({
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
