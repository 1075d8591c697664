import { formatDollars } from '@valuecanvas/money';
import type { Difference } from './compare.ts';
import { formatDifference, pluralize } from './format-difference.ts';
import { addSums, type LedgerTotals, noSums, type ProviderCounts } from './ledger-totals.ts';
import type { Repair } from './repair.ts';
import { table } from './table.ts';

/** A difference, and the result of its repair if requested. */
export interface Finding {
  readonly difference: Difference;
  readonly repair?: Repair;
}

export interface ReportParts {
  readonly from: Date;
  readonly until: Date;
  readonly totals: LedgerTotals;
  /** Number of compared counters. */
  readonly counters: number;
  readonly providers: readonly ProviderCounts[];
  readonly findings: readonly Finding[];
}

const outcomes: Readonly<Record<Repair, string>> = {
  repaired: 'Repaired.',
  busy: 'Not repaired: a call is in flight.',
  changed: 'Not repaired: it changed meanwhile.',
};

/** Renders the totals of a period as a table, the compared sources, and all differences. */
export function report({ from, until, totals, counters, providers, findings }: ReportParts): string {
  return [
    `Booked from ${from.toISOString()} until ${until.toISOString()}:`,
    '',
    table(totals.lines),
    '',
    estimates(totals),
    `${pluralize(counters, 'counter')} of Redis compared with the months that the period touches.`,
    ...providers.map(counted),
    '',
    verdict(findings),
    ...findings.map(({ difference, repair }) =>
      ['-', formatDifference(difference), ...(repair ? [outcomes[repair]] : [])].join(' '),
    ),
  ].join('\n');
}

function estimates({ lines }: LedgerTotals): string {
  const [all, estimated] = [lines, lines.filter((line) => line.estimated)].map((some) =>
    some.reduce(addSums, noSums),
  );
  if (!all || !estimated?.calls) return 'No cost is estimated.';
  const part = `${formatDollars(estimated.nanos)} of ${formatDollars(all.nanos)}`;
  return `${estimated.calls} of ${pluralize(all.calls, 'call')} have an estimated cost, ${part}.`;
}

function counted(counts: ProviderCounts): string {
  const {
    provider = 'The providers together',
    calls,
    open,
    uncounted,
    promptTokens,
    completionTokens,
  } = counts;
  const more = [
    ...(open > 0 ? [`${open} of them in flight`] : []),
    ...(uncounted > 0 ? [`${uncounted} more refused`] : []),
  ];
  const tokens = `${promptTokens} prompt and ${completionTokens} completion tokens`;
  return `${provider} counted ${pluralize(calls, 'call')}${more.map((text) => `, ${text}`).join('')}, with ${tokens}.`;
}

function verdict(findings: readonly Finding[]): string {
  return findings.length === 0 ? 'All agree.' : `${pluralize(findings.length, 'difference')}:`;
}
