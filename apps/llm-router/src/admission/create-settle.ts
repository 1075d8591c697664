import type { Script, ScriptArgument } from '@valuecanvas/redis';
import type { CacheBounds } from './answer-cache.ts';
import type { CacheLookup } from './cache-lookup.ts';
import { leaseOf } from './lease.ts';
import type { Leases } from './leases.ts';
import { settleArguments } from './settle-command.ts';
import type { Settled, Settlement } from './settlement.ts';
import type { Unanswered } from './unanswered.ts';

export interface SettleDependencies {
  readonly script: Script;
  /** Arguments shared by all call scripts. */
  readonly shared: (now: number) => readonly ScriptArgument[];
  readonly now: () => number;
  readonly lookup: CacheLookup;
  readonly bounds: CacheBounds;
  readonly leases: Leases;
  readonly unanswered: Unanswered;
}

/** Maximum number of remembered hand-overs that Redis has not confirmed. */
const mostBrokenOff = 10_000;

export function createSettle(dependencies: SettleDependencies) {
  const { script, shared, now, lookup, bounds, leases, unanswered } = dependencies;
  const brokenOff = new Set<string>();

  const ask = async (settlement: Settlement): Promise<Settled> => {
    const cacheMode = await lookup.keep(settlement);
    const time = now();
    const args = settleArguments(settlement, { now: time, cacheMode, bounds });
    return String((await script([...shared(time), ...args]))[0]) as Settled;
  };

  /** The next attempt will not be made: anything that it reserves now or later is released. */
  const breakOff = (lease: string, userId: string, nextId: string): void => {
    for (const oldest of brokenOff) if (brokenOff.size >= mostBrokenOff) brokenOff.delete(oldest);
    brokenOff.add(lease);
    unanswered.note({ userId, callId: nextId });
  };

  return async function settle(settlement: Settlement): Promise<Settled> {
    const { userId, callId } = settlement;
    const lease = leaseOf(userId, callId);
    const next = brokenOff.has(lease) ? undefined : settlement.next;
    leases.end(settlement);
    try {
      const settled = await ask({ ...settlement, next });
      brokenOff.delete(lease);
      unanswered.forget(settlement);
      if (settled === 'continued' && next) leases.start({ userId, callId: next.callId });
      return settled;
    } catch (error) {
      if (next) breakOff(lease, userId, next.callId);
      throw error;
    }
  };
}
