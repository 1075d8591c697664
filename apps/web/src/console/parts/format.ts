const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const percent = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** The console shows all times in UTC, because budgets and cost reports have UTC days. */
export function timeOf(at: number | string): string {
  return `${time.format(new Date(at))} UTC`;
}

export function dayAndTimeOf(at: number | string): string {
  return `${dayAndTime.format(new Date(at))} UTC`;
}

/** A day such as 2026-12-02, as "2 Dec". */
export function dayOf(date: string): string {
  return day.format(new Date(`${date}T00:00:00Z`));
}

export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : percent.format(part / whole);
}

/** A duration as "85 ms", "1.4 s", "3 min", "2 h". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  if (milliseconds < 3_600_000) return `${Math.round(milliseconds / 60_000)} min`;
  return `${Math.round(milliseconds / 3_600_000)} h`;
}
