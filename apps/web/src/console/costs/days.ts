const dayMs = 86_400_000;

/** Ranges of whole UTC days that end today, by their number of days. */
export const ranges = ['7', '30', '90'] as const;

/** The days that the address of the screen names: a range that ends today, or the first and the last day. */
export interface AskedRange {
  readonly range?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Days {
  readonly startDate: string;
  readonly endDate: string;
}

export function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The days of a report. Falls back to the last 30 days. */
export function daysOf({ range, from, to }: AskedRange, now: number): Days {
  if (isDate(from) && isDate(to)) return { startDate: from, endDate: to };
  const count = Number(ranges.find((known) => known === range) ?? '30');
  return { startDate: dateOf(now - (count - 1) * dayMs), endDate: dateOf(now) };
}

function isDate(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Every day of a range. Days without calls are missing from a report. */
export function everyDay({ startDate, endDate }: Days): string[] {
  const [first, last] = [Date.parse(startDate), Date.parse(endDate)];
  const count = Math.max(0, Math.round((last - first) / dayMs) + 1);
  return Array.from({ length: count }, (_, index) => dateOf(first + index * dayMs));
}
