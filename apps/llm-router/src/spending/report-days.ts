import { AppError } from '@valuecanvas/contracts-core';

const dayMs = 86_400_000;

/** Default number of days of a report. */
const defaultDays = 30;

/** Maximum number of days of a report. */
const maxDays = 366;

/** The first and the last day of a report, in UTC. */
export interface AskedDays {
  readonly startDate?: string;
  readonly endDate?: string;
}

/** Returns the interval of whole days. Throws VALIDATION_FAILED if it is empty or longer than a year. */
export function reportDays({ startDate, endDate }: AskedDays, now: number): { from: Date; until: Date } {
  const until = new Date(Date.parse(endDate ?? dayOf(now)) + dayMs);
  const from =
    startDate === undefined ? new Date(until.getTime() - defaultDays * dayMs) : new Date(startDate);
  const days = (until.getTime() - from.getTime()) / dayMs;
  if (days >= 1 && days <= maxDays) return { from, until };
  const message = `startDate and endDate must name 1 to ${maxDays} days`;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'startDate', message }] });
}

/** Formats the UTC day of a time as YYYY-MM-DD. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
