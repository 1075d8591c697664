import type { Faults } from '../load/faults.ts';
import type { LoadProcess } from '../load/load-process.ts';
import { type Platform, providerCalls } from '../platform/start-platform.ts';
import { streamShape } from '../streams.ts';
import { accountFor, metricsOf, type Process } from './accounting.ts';
import type { Contender } from './parts.ts';
import type { Sample } from './sample.ts';
import type { Setting } from './settings.ts';

/** Metrics of a load, and its number of calls or streams. */
interface LoadOutcome {
  readonly done: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly units: number;
  readonly faults: Faults;
}

type Measured = Pick<Sample, 'done' | 'seconds' | 'values' | 'errors' | 'firstError'>;

/** Puts one contender under load for a limited time. */
export async function measure(
  platform: Platform,
  contender: Contender,
  setting: Setting,
  durationMs: number,
): Promise<Measured> {
  const { own } = contender;
  const target = await contender.target();
  const processes = [...own, ...sharedProcesses(platform)];
  const run = setting.part === 'streams' ? streamLoad : callLoad;
  const askedBefore = await providerCalls(platform);
  const { result, costs } = await accountFor(processes, () =>
    run(platform.load, { target, durationMs, concurrency: setting.concurrency }),
  );
  const { done, metrics, units, faults } = result;
  const asked = ((await providerCalls(platform)) - askedBefore) / done;
  return {
    done,
    seconds: durationMs / 1_000,
    values: { ...metrics, asked, ...metricsOf(costs, own, units / 1_000) },
    errors: faults.count,
    firstError: faults.first,
  };
}

interface LoadSize {
  readonly target: Awaited<ReturnType<Contender['target']>>;
  readonly durationMs: number;
  readonly concurrency: number;
}

async function callLoad(
  load: LoadProcess,
  { target, durationMs, concurrency }: LoadSize,
): Promise<LoadOutcome> {
  const result = await load.calls({ target, durationMs, connections: concurrency });
  const { perSecond, p50, p90, p99, answered, faults } = result;
  return { done: answered, metrics: { perSecond, p50, p90, p99 }, units: answered, faults };
}

async function streamLoad(
  load: LoadProcess,
  { target, durationMs, concurrency }: LoadSize,
): Promise<LoadOutcome> {
  const { chunks, intervalMs } = streamShape;
  const spreadMs = chunks * intervalMs;
  const result = await load.streams({ target, durationMs, streams: concurrency, chunks, spreadMs });
  const { streams, faults, firstP50, firstP99, delayP50, delayP99 } = result;
  const metrics = { streams, firstP50, firstP99, delayP50, delayP99 };
  return { done: streams, metrics, units: result.chunks, faults };
}

/** Processes that serve all contenders. */
function sharedProcesses({ servers, provider, stub, load }: Platform): readonly Process[] {
  return [
    provider,
    stub,
    { name: 'Redis', pid: servers.redisPid },
    { name: 'PostgreSQL', pid: servers.postgresPid },
    { name: 'load', pid: load.pid },
  ];
}
