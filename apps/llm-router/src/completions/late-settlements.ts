import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@valuecanvas/contracts-core';
import type { LlmUsage } from '@valuecanvas/contracts-llm-router';
import type { Settled, Settlement } from '../admission/settlement.ts';

/** Milliseconds between attempts to make up for what could not be settled. */
const everyMs = 1_000;

/** Settlements that may wait in memory; beyond it nothing more is spent. */
const mostWaiting = 10_000;

/** The end of a call, which must be told whatever is away. */
export interface Ending {
  readonly settlement: Settlement;
  /** Whether the call was admitted by the budgets, or went on the allowance. */
  readonly admitted: boolean;
}

/** Settles calls, also while Redis is away. */
export interface Settling {
  /** Never rejects: where Redis is away, the row goes straight to the ledger and everything else is made up for later. */
  settle(ending: Ending): Promise<Settled>;
  /** Throws OVERLOADED where so much waits that nothing more may be spent. */
  assertRoom(): void;
  /** Tries once more, and tells `onLost` what could neither be settled nor stored. */
  stop(): Promise<void>;
}

export interface SettlingDependencies {
  readonly settle: (settlement: Settlement) => Promise<Settled>;
  /** Stores rows in the ledger itself; each is stored once, whoever tells of it. */
  readonly insert: (rows: readonly LlmUsage[]) => Promise<void>;
  /** Called when what was spent on the allowance is booked: the budgets have yet to hear of it. */
  readonly forgetCounters: (userId: string) => Promise<void>;
  /** Called when everything is made up for. */
  readonly onMadeUp: () => void;
  readonly onLate: (error: unknown) => void;
  /** The last resort: what is told here must reach a person. */
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
        // Only now that its row is booked: whoever adds the counters up anew must find it.
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
