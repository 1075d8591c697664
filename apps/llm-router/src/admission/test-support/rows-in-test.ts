import { v7 as uuidv7 } from 'uuid';
import type { SpentCounter } from '../counters.ts';
import type { AdmissionRequest, Budget, NextAttempt, Settlement, Threshold } from '../types.ts';

/** The part of a ledger row that admission uses: rows are journaled unchanged. */
export interface RowInTest {
  readonly id: string;
  readonly userId: string;
  readonly costNanos: string;
  readonly status: 'hit' | 'lost' | 'settled';
  /** When the call was admitted. */
  readonly admittedAt: number;
}

/** Sums rows as the ledger does: the first row of an id counts. */
export function spentByRows(rows: readonly RowInTest[], counter: SpentCounter): bigint {
  const kept = new Map<string, RowInTest>();
  for (const row of rows) if (!kept.has(row.id)) kept.set(row.id, row);
  return [...kept.values()]
    .filter(({ userId }) => counter.userId === undefined || counter.userId === userId)
    .filter(({ admittedAt: at }) => at >= counter.startsAt && at < counter.endsAt)
    .reduce((sum, { costNanos }) => sum + BigInt(costNanos), 0n);
}

const noThresholds: readonly Threshold[] = [];

export const dayBudget = (limitNanos: bigint): Budget => ({ scope: 'user', period: 'day', limitNanos });

/** A call and its possible outcomes. */
export function callInTest(options: Partial<AdmissionRequest> & { readonly admittedAt: number }) {
  const { admittedAt, ...given } = options;
  const { callId = uuidv7(), userId = uuidv7(), reservedNanos = 100n } = given;
  const row = (status: RowInTest['status'], costNanos: bigint, id = callId): string =>
    JSON.stringify({ id, userId, costNanos: costNanos.toString(), status, admittedAt } satisfies RowInTest);
  const request: AdmissionRequest = {
    callId,
    userId,
    limits: [],
    budgets: [],
    thresholds: noThresholds,
    reservedNanos,
    hitRow: row('hit', 0n),
    lostRow: row('lost', reservedNanos),
    ...given,
  };
  return {
    request,
    name: { callId, userId },
    settlement: (costNanos: bigint, more: Partial<Settlement> = {}): Settlement => ({
      callId,
      userId,
      row: row('settled', costNanos, more.callId),
      costNanos,
      tokens: 0,
      keepRequest: true,
      ...more,
    }),
    next: (reserved: bigint, nextId: string = uuidv7()): NextAttempt => ({
      callId: nextId,
      reservedNanos: reserved,
      lostRow: row('lost', reserved, nextId),
    }),
  };
}

export type CallInTest = ReturnType<typeof callInTest>;
