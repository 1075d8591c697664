import { formatDollars } from '@valuecanvas/money';
import { addSums, type Books, noSums, type ProviderCounts } from './books.ts';
import type { Difference } from './compare.ts';
import type { Repair } from './repair.ts';
import { table } from './table.ts';
import { inWords, many } from './words.ts';

/** A difference, and the result of its repair if requested. */
export interface Finding {
  readonly difference: Difference;
  readonly repair?: Repair;
}

export interface ReportParts {
  readonly from: Date;
  readonly until: Date;
  readonly books: Books;
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
export function report({ from, until, books, counters, providers, findings }: ReportParts): string {
  return [
    `Booked from ${from.toISOString()} until ${until.toISOString()}:`,
    '',
    table(books.lines),
    '',
    estimates(books),
    `${many(counters, 'counter')} of Redis compared with the months that the period touches.`,
    ...providers.map(counted),
    '',
    verdict(findings),
    ...findings.map(({ difference, repair }) =>
      ['-', inWords(difference), ...(repair ? [outcomes[repair]] : [])].join(' '),
    ),
  ].join('\n');
}

function estimates({ lines }: Books): string {
  const [all, estimated] = [lines, lines.filter((line) => line.estimated)].map((some) =>
    some.reduce(addSums, noSums),
  );
  if (!all || !estimated?.calls) return 'No cost is estimated.';
  const part = `${formatDollars(estimated.nanos)} of ${formatDollars(all.nanos)}`;
  return `${estimated.calls} of ${many(all.calls, 'call')} have an estimated cost, ${part}: an upper bound.`;
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
  return `${provider} counted ${many(calls, 'call')}${more.map((text) => `, ${text}`).join('')}, with ${tokens}.`;
}

function verdict(findings: readonly Finding[]): string {
  return findings.length === 0 ? 'All agree.' : `${many(findings.length, 'difference')}:`;
}
