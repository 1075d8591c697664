import type { SpentCounter } from '../counters.ts';
import { leaseMs, longestCallMs } from '../leases.ts';
import type { Admission, Settled } from '../types.ts';
import { type CallInTest, type RowInTest, spentByRows } from './rows-in-test.ts';

/** A call in the model. */
export interface ModelCall {
  readonly call: CallInTest;
  readonly callId: string;
  readonly reserved: bigint;
  readonly admittedAt: number;
  /** Time of the admission, or of the hand-over that began the call. */
  readonly startedAt: number;
  leaseEnd: number;
}

/** A model of admission's budgets without Redis: lists of calls and rows, and sums over them. */
export function createBudgetModel() {
  const rows: RowInTest[] = [];
  const open: ModelCall[] = [];
  const ended: ModelCall[] = [];

  const heldBy = (userId: string): bigint =>
    open.filter(({ call }) => call.name.userId === userId).reduce((sum, { reserved }) => sum + reserved, 0n);

  const end = (made: ModelCall, status: RowInTest['status'], cost: bigint): void => {
    const { userId } = made.call.name;
    const row = { id: made.callId, userId, status, costNanos: String(cost), admittedAt: made.admittedAt };
    rows.push(row);
    const at = open.indexOf(made);
    if (at >= 0) ended.push(...open.splice(at, 1));
  };

  const hasRoom = (call: CallInTest, admittedAt: number, reserved: bigint): boolean =>
    call.request.budgets.every(({ period, limitNanos }) => {
      const { userId } = call.name;
      const spent = spentByRows(rows, { scope: 'user', period, userId, ...bounds(period, admittedAt) });
      return spent + heldBy(userId) + reserved <= limitNanos;
    });

  return {
    rows,
    open,
    ended,
    heldBy,
    admit(call: CallInTest, now: number): Admission['kind'] {
      const reserved = call.request.reservedNanos;
      if (!hasRoom(call, now, reserved)) return 'over_budget';
      open.push({
        call,
        callId: call.name.callId,
        reserved,
        admittedAt: now,
        startedAt: now,
        leaseEnd: now + leaseMs,
      });
      return 'admitted';
    },
    settle(made: ModelCall, cost: bigint): Settled {
      const wasOpen = open.includes(made);
      end(made, 'settled', cost);
      return wasOpen ? 'settled' : 'unknown';
    },
    /** `counted`: whether the counters of the call's budgets exist. */
    handOver(
      made: ModelCall,
      cost: bigint,
      next: { readonly callId: string; readonly reserved: bigint },
      { now, counted }: { readonly now: number; readonly counted: boolean },
    ): Settled {
      const wasOpen = open.includes(made);
      end(made, 'settled', cost);
      if (!wasOpen) return 'unknown';
      if (!counted || !hasRoom(made.call, made.admittedAt, next.reserved)) return 'over_budget';
      open.push({ ...made, ...next, startedAt: now, leaseEnd: now + leaseMs });
      return 'continued';
    },
    /** Renews the leases of calls that are not forgotten yet. */
    renew(now: number, isOwn: (made: ModelCall) => boolean): void {
      for (const made of open) {
        if (isOwn(made) && now - made.startedAt <= longestCallMs) made.leaseEnd = now + leaseMs;
      }
    },
    expire(now: number): number {
      const overdue = open.filter(({ leaseEnd }) => leaseEnd <= now);
      for (const made of overdue) end(made, 'lost', made.reserved);
      return overdue.length;
    },
    spent: (counter: SpentCounter): bigint => spentByRows(rows, counter),
  };
}

/** Independent of the code under test. */
function bounds(period: 'hour' | 'day' | 'month', time: number) {
  const text = new Date(time).toISOString();
  const start = { hour: `${text.slice(0, 13)}:00:00Z`, day: `${text.slice(0, 10)}`, month: text.slice(0, 7) }[
    period
  ];
  const end = new Date(start);
  if (period === 'month') end.setUTCMonth(end.getUTCMonth() + 1);
  else end.setTime(end.getTime() + (period === 'day' ? 86_400_000 : 3_600_000));
  return { startsAt: Date.parse(start), endsAt: end.getTime() };
}

/** Parses a counter from the last parts of its key. */
export function counterUnder(key: string): SpentCounter {
  const [, scope, userId, start] = /:spent:(?:(u):([^:]+)|p):([^:]+)$/.exec(key) ?? [];
  if (!start) throw new Error(`${key} names no counter.`);
  const period = ({ 13: 'hour', 10: 'day', 7: 'month' } as const)[start.length as 13 | 10 | 7];
  const time = Date.parse(period === 'hour' ? `${start}:00:00Z` : start);
  return { scope: scope ? 'user' : 'platform', userId, period, ...bounds(period, time) };
}
