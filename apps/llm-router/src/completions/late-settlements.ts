import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@valuecanvas/contracts-core';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { Settled, Settlement } from '../admission/types.ts';

/** Interval between attempts to settle pending calls. */
const everyMs = 1_000;

/** Maximum number of pending settlements in memory; beyond it calls are refused. */
const mostWaiting = 10_000;

/** The end of a call, which must be booked whatever is unavailable. */
export interface Ending {
  readonly settlement: Settlement;
  /** True if the call was admitted through Redis, false if it used the offline allowance. */
  readonly admitted: boolean;
}

/** Settles calls, even while Redis is unavailable. */
export interface Settling {
  /** Never rejects: while Redis is unavailable, the row goes directly to the ledger, and the rest is settled later. */
  settle(ending: Ending): Promise<Settled>;
  /** Throws OVERLOADED if too many settlements are pending. */
  assertRoom(): void;
  /** Tries once more, and reports calls that could be neither settled nor stored to `onLost`. */
  stop(): Promise<void>;
}

export interface SettlingDependencies {
  readonly settle: (settlement: Settlement) => Promise<Settled>;
  /** Stores rows directly in the ledger. Repeated rows are stored once. */
  readonly insert: (rows: readonly LlmUsage[]) => Promise<void>;
  /** Called when spending of the offline allowance is booked, so that the spent counters can be corrected. */
  readonly forgetCounters: (userId: string) => Promise<void>;
  /** Called when no settlement is pending any more. */
  readonly onMadeUp: () => void;
  readonly onLate: (error: unknown) => void;
  /** The last resort: an operator must handle these rows. */
  readonly onLost: (row: LlmUsage) => void;
}

interface Late extends Ending {
  stored: boolean;
}

export function createSettling(dependencies: SettlingDependencies): Settling {
  const { settle, insert, forgetCounters, onMadeUp, onLate, onLost } = dependencies;
  let waiting: Late[] = [];
  let stopping = false;
  let isWorking = false;

  const store = async (late: Late): Promise<void> => {
    const row = rowOf(late);
    if (row && !late.stored) await insert([row]);
    late.stored = true;
  };

  const makeUpFor = async (late: Late): Promise<boolean> => {
    await store(late).catch(() => undefined);
    const isSettled = await succeeds(settle(late.settlement));
    return isSettled && (late.admitted || succeeds(forgetCounters(late.settlement.userId)));
  };

  const round = async (): Promise<void> => {
    const remaining: Late[] = [];
    for (const late of waiting.splice(0)) if (!(await makeUpFor(late))) remaining.push(late);
    waiting = [...remaining, ...waiting];
  };

  const work = async (): Promise<void> => {
    if (isWorking) return;
    isWorking = true;
    while (waiting.length > 0 && !stopping) {
      await wait(everyMs, undefined, { ref: false });
      await round();
    }
    isWorking = false;
    if (waiting.length === 0) onMadeUp();
  };

  return {
    async settle(ending) {
      try {
        const settled = await settle(ending.settlement);
        // Only after the row is booked, so that reseeding a counter includes it.
        if (!ending.admitted) await forgetCounters(ending.settlement.userId);
        return settled;
      } catch (error) {
        onLate(error);
      }
      const late = { ...ending, stored: false };
      waiting.push(late);
      void work();
      await store(late).catch(onLate);
      return 'unknown';
    },
    assertRoom() {
      if (waiting.length < mostWaiting) return;
      throw new AppError('OVERLOADED', {
        internal: `${waiting.length} settlements wait`,
        retryAfterSeconds: 5,
      });
    },
    async stop() {
      stopping = true;
      await round();
      for (const late of waiting) {
        const row = rowOf(late);
        if (row && !late.stored) onLost(row);
      }
    },
  };
}

function rowOf({ settlement: { row } }: Ending): LlmUsage | undefined {
  return row === undefined ? undefined : (JSON.parse(row) as LlmUsage);
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
