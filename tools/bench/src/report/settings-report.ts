import { type Comparison, compare, median } from '../measure/comparison.ts';
import type { Sample } from '../measure/sample.ts';
import { count, megabytes, milliseconds, percent, seconds, times } from './figures.ts';
import { table } from './table.ts';

/** One column of a table about contenders. */
interface Column {
  readonly head: string;
  readonly cell: (comparison: Comparison, contender: string) => string;
}

const valueColumn = (head: string, metric: string, show: (value: number) => string): Column => ({
  head,
  cell: (comparison, contender) => show(comparison.value(contender, metric)),
});

const addedColumn = (head: string, metric: string): Column => ({
  head,
  cell: (comparison, contender) =>
    milliseconds(contender === 'direct' ? Number.NaN : comparison.added(contender, metric, 'direct')),
});

const ratioColumn = (head: string, metric: string, reference: string): Column => ({
  head,
  cell: (comparison, contender) => times(comparison.ratio(contender, metric, reference)),
});

/** Resources by process: the contender's own, or the shared ones. */
const processColumn = (head: string, metric: string, show: (value: number) => string): Column => ({
  head,
  cell: (comparison, contender) =>
    comparison
      .metrics(contender)
      .filter((name) => name.startsWith(`${metric}:`))
      .map((name) => `${name.slice(metric.length + 1)} ${show(comparison.value(contender, name))}`)
      .join(', '),
});

const costColumns: readonly Column[] = [
  ratioColumn('CPU × bare', 'cpu', 'bare'),
  processColumn('memory', 'memory', megabytes),
  { head: 'errors', cell: (comparison, contender) => count(comparison.errors(contender)) },
];

const callColumns: readonly Column[] = [
  valueColumn('calls/s', 'perSecond', count),
  ratioColumn('× direct', 'perSecond', 'direct'),
  ratioColumn('× bare', 'perSecond', 'bare'),
  valueColumn('p50', 'p50', milliseconds),
  valueColumn('p99', 'p99', milliseconds),
  addedColumn('added p50', 'p50'),
  addedColumn('added p90', 'p90'),
  addedColumn('added p99', 'p99'),
  valueColumn('asked provider', 'asked', percent),
  valueColumn('CPU s/1,000', 'cpu', seconds),
  ...costColumns,
];

const streamColumns: readonly Column[] = [
  valueColumn('streams', 'streams', count),
  valueColumn('first byte p50', 'firstP50', milliseconds),
  addedColumn('added p50', 'firstP50'),
  addedColumn('added p99', 'firstP99'),
  valueColumn('chunk delay p50', 'delayP50', milliseconds),
  addedColumn('added p50', 'delayP50'),
  addedColumn('added p99', 'delayP99'),
  valueColumn('CPU s/1,000 chunks', 'cpu', seconds),
  ...costColumns,
];

const titles: Readonly<Record<string, string>> = {
  calls: 'Unique calls',
  hits: 'Cache hits (bare: a route that verifies a token, parses and hashes the body, and reads Redis)',
  edge: 'The gateway in front of a stub service',
  streams: 'Streams',
};

/** Renders a table for each setting, followed by failures and other CPU use. */
export function settingsReport(samples: readonly Sample[]): string {
  const bySetting = Map.groupBy(samples, ({ part, setting }) => `${titles[part] ?? part}: ${setting}`);
  return [...bySetting].map(([title, group]) => settingReport(title, group)).join('\n\n');
}

function settingReport(title: string, samples: readonly Sample[]): string {
  const comparison = compare(samples);
  const columns = samples[0]?.part === 'streams' ? streamColumns : callColumns;
  const rows = comparison
    .contenders()
    .map((contender) => [contender, ...columns.map(({ cell }) => cell(comparison, contender))]);
  return [
    `## ${title}`,
    '',
    table(['', ...columns.map(({ head }) => head)], rows),
    '',
    'CPU seconds per 1,000 by process:',
    ...comparison
      .contenders()
      .map((contender) => `- ${contender}: ${cpuByProcess.cell(comparison, contender)}`),
    ...firstErrors(samples),
    disturbances(samples),
  ].join('\n');
}

const cpuByProcess = processColumn('', 'cpu', seconds);

function firstErrors(samples: readonly Sample[]): string[] {
  const wrong = samples.filter(({ firstError }) => firstError !== undefined);
  const first = new Map(wrong.toReversed().map((sample) => [sample.contender, sample.firstError]));
  return [...first].map(([contender, error]) => `${contender} failed with: ${JSON.stringify(error)}`);
}

/** Reports other activity during a run, which limits its reliability. */
function disturbances(samples: readonly Sample[]): string {
  const shares = (metric: string) => samples.map(({ values }) => values[metric] ?? 0);
  const [stolen, others] = [shares('stolen'), shares('others')];
  return `The host took at most ${percent(Math.max(...stolen))} of a round; other programs took ${percent(median(others))}, at most ${percent(Math.max(...others))}.`;
}
