import { table } from '@valuecanvas/bench/table';
import type { Figures, Interval, Result } from './measurements.ts';
import type { PlatformUsage } from './own-platform.ts';
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

/** Renders the CPU time that each process took for a number of requests, and its memory at the end. */
export function usageReport(
  before: PlatformUsage,
  after: PlatformUsage,
  requests: number,
  seconds: number,
): string {
  const rows = [...after].map(([name, { cpuSeconds, residentBytes }]) => {
    const cpu = cpuSeconds - (before.get(name)?.cpuSeconds ?? 0);
    return { name, cpu, megabytes: residentBytes / 1024 ** 2 };
  });
  const total = rows.reduce((sum, { cpu }) => sum + cpu, 0);
  const row = (name: string, cpu: number, memory: string) => [
    name,
    ((cpu / requests) * 1_000).toFixed(2),
    percent(cpu / seconds),
    memory,
  ];
  return table(
    ['process', 'CPU ms per request', 'of one core', 'MB'],
    [
      ...rows
        .toSorted((a, b) => b.cpu - a.cpu)
        .map(({ name, cpu, megabytes }) => row(name, cpu, megabytes.toFixed(0))),
      row('all', total, ''),
    ],
  );
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
