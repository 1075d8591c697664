import type { Keys } from '@valuecanvas/redis';

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

interface Kind {
  readonly scope: Scope;
  readonly period: Period;
}

/** The counters of every call, in the scripts' numbering, from 1. */
const kinds = [
  { scope: 'user', period: 'day' },
  { scope: 'user', period: 'month' },
  { scope: 'platform', period: 'hour' },
  { scope: 'platform', period: 'day' },
  { scope: 'platform', period: 'month' },
] as const satisfies readonly Kind[];

/** Returns a counter's number in the scripts. Throws if there is no such counter, such as a user's hour. */
export function numberOf({ scope, period }: Kind): number {
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

/** Length of a period's start in a key. */
const startLengths = { hour: 13, day: 10, month: 7 } as const satisfies Record<Period, number>;

const startOf = (period: Period, time: number): string =>
  new Date(time).toISOString().slice(0, startLengths[period]);

/** The parts of a counter's key after `spent`. Only here, and in what is generated from it, is their form known. */
const partsOf = ({ scope }: Pick<Kind, 'scope'>, userId: string, start: string): readonly string[] =>
  scope === 'user' ? ['u', userId, start] : ['p', start];

/** Key of a spent counter. */
export function spentKey(keys: Keys, { scope, period, userId = '', startsAt }: SpentCounter): string {
  return keys('spent', ...partsOf({ scope }, userId, startOf(period, startsAt)));
}

/** Names of the five counters of a call admitted at `time`, which are their keys without `spent:`. */
export function counterNamesAt(userId: string, time: number): readonly string[] {
  return kinds.map((kind) => partsOf(kind, userId, startOf(kind.period, time)).join(':'));
}

/** Key of a spent counter by its name. */
export const keyOfName = (keys: Keys, name: string): string => keys('spent', name);

/** A spent counter, parsed from its name. */
export interface NamedCounter extends SpentCounter {
  /** The start as in the name: 2026-11-25T17, 2026-11-25 or 2026-11. */
  readonly start: string;
}

const nameForm = /^(?:u:([0-9a-f-]{36})|p):(\d{4}-\d{2}(?:-\d{2}(?:T\d{2})?)?)$/;

/** Parses the name of a counter. Returns undefined for other names. */
export function readCounterName(name: string): NamedCounter | undefined {
  const [, userId, start = ''] = nameForm.exec(name) ?? [];
  const scope = userId === undefined ? 'platform' : 'user';
  const kind = kinds.find((kind) => kind.scope === scope && startLengths[kind.period] === start.length);
  if (!kind) return undefined;
  const time = Date.parse(kind.period === 'hour' ? `${start}:00Z` : start);
  return { ...kind, start, userId, ...boundsOf(kind.period, time) };
}

/** Key of the reservations of a user's calls in flight, or of all calls if `userId` is undefined. */
export function heldKey(keys: Keys, userId: string | undefined): string {
  return userId === undefined ? keys('held', 'p') : keys('held', 'u', userId);
}

/** Lua for the prelude of the call scripts: keys, scopes and periods of the counters by their numbers. */
export const countersInLua = [
  `local counterScopes = { ${kinds.map(({ scope }) => `'${scope}'`).join(', ')} }`,
  `local counterPeriods = { ${kinds.map(({ period }) => `'${period}'`).join(', ')} }`,
  'local function spentKeys(userId, hour)',
  `  return { ${kinds.map(keyInLua).join(', ')} }`,
  'end',
].join('\n');

function keyInLua({ scope, period }: Kind): string {
  const variables: Readonly<Record<string, string>> = {
    userId: 'userId',
    start: `string.sub(hour, 1, ${startLengths[period]})`,
  };
  const parts = ['spent', ...partsOf({ scope }, 'userId', 'start')];
  return `base .. ${parts.map((part) => variables[part] ?? `'${part}'`).join(" .. ':' .. ")}`;
}

/** Returns the hour of admission as `2026-11-25T17`, whose prefixes are the day and the month. */
export const hourOf = (time: number): string => startOf('hour', time);

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Interval before a period in which its counters are created. It ends early by the tolerated clock difference. */
const createdAhead = { fromMs: 10 * 60_000, untilMs: 60_000 };

/** Returns the coming hour if its counters are due, with those of a day and month that begin with it; else ''. */
export function hourToCreate(time: number): string {
  const leftMs = hourMs - (time % hourMs);
  return leftMs <= createdAhead.fromMs && leftMs > createdAhead.untilMs ? hourOf(time + leftMs) : '';
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
