import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { NextAttempt, Settled, Settlement } from '../admission/types.ts';
import type { RowBasis } from '../ledger/ledger-row.ts';
import { type ProviderError, wasCalled } from '../providers/provider-error.ts';
import { writeRefusal } from './answer-record.ts';
import type { Attempt } from './attempt.ts';
import type { CachingRules } from './caching-rules.ts';
import { toAppError } from './failover-error.ts';
import type { Settling } from './late-settlements.ts';
import type { Prepared } from './prepare.ts';
import {
  type AttemptOutcome,
  costOfFailure,
  failedRow,
  lostRow,
  type Reservation,
  servedRow,
} from './reservation.ts';

export interface AdmittedCall {
  readonly prepared: Prepared;
  readonly user: UserPrincipal;
  readonly basis: RowBasis;
  /** Key under which the answer is shared; undefined if it is not. */
  readonly cacheKey: string | undefined;
}

/** Creates the reservation of a call admitted through Redis. */
export function admittedReservation(
  { prepared, user, basis, cacheKey }: AdmittedCall,
  settling: Settling,
  keeping: Pick<CachingRules, 'ttlMs' | 'maxEntryBytes'>,
): Reservation {
  const { request } = prepared;
  const isKeyed = request.idempotency !== undefined;

  const nextOf = (next: Attempt): NextAttempt => ({
    callId: next.id,
    reservedNanos: prepared.maxCostNanos,
    lostRow: lostRow(basis, next),
  });

  const kept = (record: string | undefined): Settlement['cache'] => {
    if (cacheKey === undefined) return undefined;
    if (record === undefined || Buffer.byteLength(record) > keeping.maxEntryBytes) return 'unfit';
    return { key: cacheKey, value: record, model: request.body.model, ttlMs: keeping.ttlMs };
  };

  const settle = (
    attempt: Attempt,
    row: string | undefined,
    { tokens, costNanos }: AttemptOutcome,
    rest: Pick<Settlement, 'keepRequest' | 'cache' | 'answer' | 'next'>,
  ): Promise<Settled> =>
    settling.settle({
      admitted: true,
      settlement: {
        callId: attempt.id,
        userId: user.userId,
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
        answer: isKeyed && !next ? refusalOf(error, request.body.model) : undefined,
        next: next && nextOf(next),
      });
      return settled === 'continued';
    },

    async succeeded(attempt, outcome, record) {
      await settle(attempt, servedRow(basis, attempt, outcome), outcome, {
        keepRequest: true,
        cache: kept(record),
        answer: isKeyed ? record : undefined,
      });
    },
  };
}

/** Only refusals of an invalid request are final: other failures may succeed with the same key. */
function refusalOf(error: ProviderError, model: string): string | undefined {
  if (error.fault !== 'caller') return undefined;
  return writeRefusal(toAppError([error], { model, signal: AbortSignal.any([]) }));
}
