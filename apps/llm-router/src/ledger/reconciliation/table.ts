import { formatDollars } from '@valuecanvas/money';
import { addSums, noSums, type TotalsLine } from './ledger-totals.ts';

const headings = [
  'day',
  'provider',
  'booked in',
  'cost is',
  'calls',
  'prompt',
  'completion',
  'cost',
] as const;

/** Renders totals as a table with a line per day, provider and location, estimated costs separate. */
export function table(lines: readonly TotalsLine[]): string {
  const groups = Map.groupBy(lines, ({ day, provider, location, estimated }) =>
    [day, provider, location, estimated ? 'estimated' : 'counted'].join('\n'),
  );
  const rows = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, group]) => {
      const sums = group.reduce(addSums, noSums);
      const tokens = [sums.promptTokens, sums.completionTokens].map(String);
      return [...key.split('\n'), String(sums.calls), ...tokens, formatDollars(sums.nanos)];
    });
  return aligned([[...headings], ...rows]);
}

/** Aligns text columns left and number columns right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const firstNumber = headings.indexOf('calls');
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column < firstNumber ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  '),
    )
    .join('\n');
}
