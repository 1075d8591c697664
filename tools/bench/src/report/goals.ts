import { type Comparison, compare } from '../measure/comparison.ts';
import type { Sample } from '../measure/sample.ts';
import { nameOf, type Setting, usual } from '../measure/settings.ts';
import { megabytes, times } from './figures.ts';
import { table } from './table.ts';

/** A performance goal and its measured value. */
export interface Goal {
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  readonly value: number;
  readonly show: (value: number) => string;
}

export type Verdict = 'reached' | 'missed' | 'not measured';

export function verdictOn({ bound, limit, value }: Goal): Verdict {
  if (Number.isNaN(value)) return 'not measured';
  return (bound === 'at least' ? value >= limit : value <= limit) ? 'reached' : 'missed';
}

/** The performance goals of router and gateway. */
export function goalsOf(samples: readonly Sample[]): readonly Goal[] {
  const at = (setting: Setting) => compare(samples.filter(isOf(setting)));
  const calls = at({ part: 'calls', ...usual });
  const slow = at({ part: 'calls', latencyMs: 60, concurrency: 64 });
  const crowd = at({ part: 'calls', latencyMs: 60, concurrency: 256 });
  const hits = at({ part: 'hits', ...usual });
  const edge = at({ part: 'edge', ...usual });
  const streams = at({ part: 'streams', latencyMs: 0, concurrency: 50 });
  const toBare = { reference: 'bare', base: 'direct' };
  return [
    atLeast(0.5, 'router: calls/s of the bare proxy', calls.ratio('router', 'perSecond', 'bare')),
    atLeast(3, "router: calls/s of Portkey's gateway", calls.ratio('router', 'perSecond', 'portkey')),
    atMost(2.5, 'router: CPU of the bare proxy', calls.ratio('router', 'cpu', 'bare')),
    atMost(4, 'gateway and router: CPU of the bare proxy', calls.ratio('gateway', 'cpu', 'bare')),
    atMost(
      2,
      'router, 60 ms upstream: added p50 of the bare proxy',
      slow.addedRatio('router', 'p50', toBare),
    ),
    atLeast(
      0.75,
      'router, 60 ms upstream, concurrency 256: direct calls/s',
      crowd.ratio('router', 'perSecond', 'direct'),
    ),
    atMost(
      3,
      'router, streams: added p50 of the first byte, of the bare proxy',
      streams.addedRatio('router', 'firstP50', toBare),
    ),
    atMost(
      2,
      'router, streams: added p99 of a chunk, of the bare proxy',
      streams.addedRatio('router', 'delayP99', toBare),
    ),
    atLeast(0.5, 'router, cache hits: calls/s of the bare route', hits.ratio('router', 'perSecond', 'bare')),
    atMost(1.5, 'gateway alone: CPU of the bare proxy', edge.ratio('gateway', 'cpu', 'bare')),
    memory('router', compare(samples)),
    memory('gateway', compare(samples)),
  ];
}

const isOf =
  (setting: Setting) =>
  (sample: Sample): boolean =>
    sample.part === setting.part && sample.setting === nameOf(setting);

const atLeast = (limit: number, what: string, value: number): Goal => ({
  what,
  bound: 'at least',
  limit,
  value,
  show: times,
});

const atMost = (limit: number, what: string, value: number): Goal => ({
  ...atLeast(limit, what, value),
  bound: 'at most',
});

function memory(process: 'router' | 'gateway', all: Comparison): Goal {
  const sizes = all.contenders().map((contender) => all.largest(contender, `memory:${process}`));
  const measured = sizes.filter((size) => !Number.isNaN(size));
  const value = measured.length > 0 ? Math.max(...measured) : Number.NaN;
  return { what: `${process}: memory`, bound: 'at most', limit: 150e6, value, show: megabytes };
}

export function goalsReport(goals: readonly Goal[]): string {
  const rows = goals.map((goal) => [
    goal.what,
    `${goal.bound} ${goal.show(goal.limit)}`,
    goal.show(goal.value),
    verdictOn(goal),
  ]);
  return `## Goals\n\n${table(['goal', 'bound', 'measured', 'verdict'], rows)}`;
}
