import { AppError } from '@valuecanvas/contracts-core';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import { every } from '@valuecanvas/resilience';
import type { Settled, Settlement } from '../admission/types.ts';

/** Interval between attempts to settle pending calls. */
const retryMs = 1_000;

/** Maximum number of pending settlements in memory; beyond it calls are refused. */
const maxPending = 10_000;

/** The end of a call, which must be booked whatever is unavailable. */
export interface PendingSettlement {
  readonly settlement: Settlement;
  /** True if the call was admitted through Redis, false if it used the offline allowance. */
  readonly admitted: boolean;
}

/** Settles calls, even while Redis is unavailable. */
export interface SettlementQueue {
  /** Never rejects: while Redis is unavailable, the row goes directly to the ledger, and the rest is settled later. */
  settle(pending: PendingSettlement): Promise<Settled>;
  /** Throws OVERLOADED if too many settlements are pending. */
  assertRoom(): void;
  /** Tries once more, and reports calls that could be neither settled nor stored to `onLost`. */
  stop(): Promise<void>;
}

export interface SettlementQueueOptions {
  readonly settle: (settlement: Settlement) => Promise<Settled>;
  /** Stores rows directly in the ledger. Repeated rows are stored once. */
  readonly insert: (rows: readonly LlmUsage[]) => Promise<void>;
  /** Called when costs are booked that no counter includes, so that the spent counters are computed again. */
  readonly forgetCounters: (userId: string) => Promise<void>;
  /** Called when no settlement is pending any more. */
  readonly onRecovered: () => void;
  /** Receives the error of a settlement that becomes pending. */
  readonly onPending: (error: unknown) => void;
  /** The last resort: an operator must handle these rows. */
  readonly onLost: (row: LlmUsage) => void;
}

interface Entry extends PendingSettlement {
  isStored: boolean;
}

export function createSettlementQueue(options: SettlementQueueOptions): SettlementQueue {
  const { settle, insert, forgetCounters, onRecovered, onPending, onLost } = options;
  let entries: Entry[] = [];

  const book = async (pending: PendingSettlement): Promise<Settled> => {
    const settled = await settle(pending.settlement);
    // Redis may know nothing of an admitted call because it has lost its data: then no counter includes the costs. Only after
    // the row is booked, so that reseeding a counter includes it.
    const isCounted = pending.admitted && settled !== 'unknown';
    if (!isCounted && pending.settlement.row !== undefined) await forgetCounters(pending.settlement.userId);
    return settled;
  };

  const store = async (entry: Entry): Promise<void> => {
    const row = rowOf(entry);
    if (row && !entry.isStored) await insert([row]);
    entry.isStored = true;
  };

  const retry = async (entry: Entry): Promise<boolean> => {
    await store(entry).catch(() => undefined);
    return succeeds(book(entry));
  };

  const retryAll = async (): Promise<void> => {
    const remaining: Entry[] = [];
    for (const entry of entries.splice(0)) if (!(await retry(entry))) remaining.push(entry);
    entries = [...remaining, ...entries];
  };

  const round = async (): Promise<void> => {
    if (entries.length === 0) return;
    await retryAll();
    if (entries.length === 0) onRecovered();
  };
  // A round never rejects.
  const loop = every(retryMs, round, () => undefined);

  return {
    async settle(pending) {
      try {
        return await book(pending);
      } catch (error) {
        onPending(error);
      }
      const entry = { ...pending, isStored: false };
      entries.push(entry);
      await store(entry).catch(onPending);
      return 'unknown';
    },
    assertRoom() {
      if (entries.length < maxPending) return;
      throw new AppError('OVERLOADED', {
        internal: `${entries.length} settlements are pending`,
        retryAfterSeconds: 5,
      });
    },
    async stop() {
      await loop.stop();
      await retryAll();
      for (const entry of entries) {
        const row = rowOf(entry);
        if (row && !entry.isStored) onLost(row);
      }
    },
  };
}

function rowOf({ settlement: { row } }: PendingSettlement): LlmUsage | undefined {
  return row === undefined ? undefined : (JSON.parse(row) as LlmUsage);
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
