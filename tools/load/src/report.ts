import { table } from '@valuecanvas/bench/table';
import type { Figures, Interval, Result } from './measurements.ts';
import { percent, seconds, type Verdict } from './verdict.ts';

/** Renders a result and its verdicts as Markdown. */
export function report({ all, byAction, failures }: Result, verdicts: readonly Verdict[]): string {
  const rows = byAction.filter(({ requests }) => requests > 0);
  const tables = [
    table(
      ['request', 'count', 'p50', 'p95', 'p99', 'longest', 'failed'],
      [...rows.map((row) => figuresRow(row.action, row)), figuresRow('all', all)],
    ),
    table(
      ['threshold', 'measured', ''],
      verdicts.map(({ threshold, measured, holds }) => [threshold, measured, holds ? 'ok' : 'FAIL']),
    ),
  ];
  if (failures.length > 0) {
    tables.push(
      table(
        ['failed request', 'status', 'count'],
        failures.map(({ action, status, count }) => [
          action,
          status === 0 ? 'none' : String(status),
          String(count),
        ]),
      ),
    );
  }
  return tables.join('\n\n');
}

const figuresRow = (name: string, figures: Figures): string[] => [
  name,
  String(figures.requests),
  seconds(figures.p50Ms),
  seconds(figures.p95Ms),
  seconds(figures.p99Ms),
  seconds(figures.longestMs),
  percent(figures.failures / figures.requests),
];

/** Renders an interval as one line of progress. */
export function progressLine(interval: Interval): string {
  const { at, users, requests, p95Ms, failures, cacheHits } = interval;
  const minutes = String(Math.floor(at / 60)).padStart(2, '0');
  const rest = String(Math.floor(at % 60)).padStart(2, '0');
  return [
    `${minutes}:${rest}`,
    `${String(users).padStart(4)} users`,
    `${(requests / interval.seconds).toFixed(0).padStart(5)} requests/s`,
    `p95 ${seconds(p95Ms)}`,
    `${percent(failures / requests)} failed`,
    `${percent(cacheHits)} from the cache`,
  ].join('  ');
}
