export type Scope = 'user' | 'platform';
export type Period = 'hour' | 'day' | 'month';

/** Identifies a spent counter: nano-dollars of the calls admitted in one period (UTC). */
export interface SpentCounter {
  readonly scope: Scope;
  readonly period: Period;
  /** Undefined for the platform. */
  readonly userId: string | undefined;
  /** Milliseconds since the epoch; the end is the start of the next period. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** The counters of every call, in the scripts' numbering, from 1. */
const kinds = [
  { scope: 'user', period: 'day' },
  { scope: 'user', period: 'month' },
  { scope: 'platform', period: 'hour' },
  { scope: 'platform', period: 'day' },
  { scope: 'platform', period: 'month' },
] as const satisfies readonly { scope: Scope; period: Period }[];

/** Returns a counter's number in the scripts. Throws if there is no such counter, such as a user's hour. */
export function numberOf({ scope, period }: { readonly scope: Scope; readonly period: Period }): number {
  const at = kinds.findIndex((kind) => kind.scope === scope && kind.period === period);
  if (at < 0) throw new Error(`There is no counter for a ${scope}'s ${period}.`);
  return at + 1;
}

/** Returns the counter with a script's number for a call admitted at `time`. */
export function counterAt(number: number, userId: string, time: number): SpentCounter {
  const kind = kinds[number - 1];
  if (!kind) throw new Error(`There is no counter ${number}.`);
  return {
    ...kind,
    userId: kind.scope === 'user' ? userId : undefined,
    ...boundsOf(kind.period, time),
  };
}

/** Returns the hour of admission as `2026-11-25T17`, whose prefixes are the day and the month. */
export function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, 13);
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Interval before a period in which its counters are created. It ends early by the tolerated clock difference. */
const madeAhead = { fromMs: 10 * 60_000, untilMs: 60_000 };

/** Returns the coming hour if its counters are due, with those of a day and month that begin with it; else ''. */
export function hourToMake(time: number): string {
  const leftMs = hourMs - (time % hourMs);
  return leftMs <= madeAhead.fromMs && leftMs > madeAhead.untilMs ? hourOf(time + leftMs) : '';
}

/** Returns start and end of the UTC period that contains `time`. */
export function boundsOf(
  period: Period,
  time: number,
): { readonly startsAt: number; readonly endsAt: number } {
  if (period === 'month') {
    const date = new Date(time);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) };
  }
  const length = period === 'day' ? dayMs : hourMs;
  const startsAt = time - (time % length);
  return { startsAt, endsAt: startsAt + length };
}
