export type Scope = 'user' | 'platform';
export type Period = 'hour' | 'day' | 'month';

/** What is added up: nano-dollars spent by calls that were admitted in one period (UTC). */
export interface SpentCounter {
  readonly scope: Scope;
  readonly period: Period;
  /** Undefined for the platform. */
  readonly userId: string | undefined;
  /** Milliseconds since the epoch; the end is the start of the next period. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** The counters of every call, in the order in which the scripts number them from 1. */
const kinds = [
  { scope: 'user', period: 'day' },
  { scope: 'user', period: 'month' },
  { scope: 'platform', period: 'hour' },
  { scope: 'platform', period: 'day' },
  { scope: 'platform', period: 'month' },
] as const satisfies readonly { scope: Scope; period: Period }[];

/** How the scripts call a counter. Throws where there is none, as for a user's hour. */
export function numberOf({ scope, period }: { readonly scope: Scope; readonly period: Period }): number {
  const at = kinds.findIndex((kind) => kind.scope === scope && kind.period === period);
  if (at < 0) throw new Error(`Nobody counts what a ${scope} spends in a ${period}.`);
  return at + 1;
}

/** The counter with a script's number, of a call that was admitted at `time`. */
export function counterAt(number: number, userId: string, time: number): SpentCounter {
  const kind = kinds[number - 1];
  if (!kind) throw new Error(`There is no counter ${number}.`);
  return {
    ...kind,
    userId: kind.scope === 'user' ? userId : undefined,
    ...boundsOf(kind.period, time),
  };
}

/** The hour in which a call is admitted, as `2026-11-25T17`: its day and month are the beginning of it. */
export function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, 13);
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Milliseconds before a period in which its counters are made. Clocks may differ by as much as it ends earlier. */
const madeAhead = { fromMs: 10 * 60_000, untilMs: 60_000 };

/** The coming hour where it is time to make its counters, and those of the day and the month that begin with it; else ''. */
export function hourToMake(time: number): string {
  const leftMs = hourMs - (time % hourMs);
  return leftMs <= madeAhead.fromMs && leftMs > madeAhead.untilMs ? hourOf(time + leftMs) : '';
}

/** Start and end of the UTC period around `time`. */
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
