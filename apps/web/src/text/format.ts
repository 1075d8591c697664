const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const date = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const day = new Intl.DateTimeFormat('en', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const time = new Intl.DateTimeFormat('en', { timeStyle: 'short' });
const count = new Intl.NumberFormat('en');

const units: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** A past time as "3 min. ago", or as a date if it is more than a month ago. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1_000;
  if (seconds < -30 * 86_400) return date.format(Date.parse(time));
  const [unit, length] = units.find(([, length]) => -seconds >= length) ?? ['second', 1];
  if (unit === 'second') return 'just now';
  return relative.format(Math.round(seconds / length), unit);
}

export function dateOf(time: string): string {
  return date.format(Date.parse(time));
}

/** The day of a time, in the time zone of the browser. */
export function dayOf(value: string): string {
  return day.format(Date.parse(value));
}

export function timeOf(value: string): string {
  return time.format(Date.parse(value));
}

export function counted(value: number): string {
  return count.format(value);
}

/** US dollars: two decimals from one dollar on, otherwise four significant digits. */
export function dollars(value: number): string {
  const digits =
    value === 0 || value >= 1
      ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
      : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', ...digits }).format(value);
}
