import { AppError } from '@valuecanvas/contracts-core';

const dayMs = 86_400_000;

/** Days that a report covers where its caller names none. */
const defaultDays = 30;

/** Most days that one report covers. */
const maxDays = 366;

/** What a caller says of the days of a report: the first and the last one, in UTC. */
export interface AskedDays {
  readonly startDate?: string;
  readonly endDate?: string;
}

/** From the start of the first day to the end of the last. Throws VALIDATION_FAILED for none, or for more than a year. */
export function reportDays({ startDate, endDate }: AskedDays, now: number): { from: Date; until: Date } {
  const until = new Date(Date.parse(endDate ?? dayOf(now)) + dayMs);
  const from =
    startDate === undefined ? new Date(until.getTime() - defaultDays * dayMs) : new Date(startDate);
  const days = (until.getTime() - from.getTime()) / dayMs;
  if (days >= 1 && days <= maxDays) return { from, until };
  const message = `startDate and endDate must name 1 to ${maxDays} days`;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'startDate', message }] });
}

/** The UTC day of a time as YYYY-MM-DD. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
