import type { ResultOf } from '@valuecanvas/web-client';

type Stats = ResultOf<'getStats'>;
type ProviderStats = Stats['providers'][string];
type BreakerState = ProviderStats['state'];

/** The latest figures of each router that has answered, by its instance. */
export type Replicas = Readonly<Record<string, { readonly stats: Stats; readonly readAt: number }>>;

/** Milliseconds without an answer after which a router counts as gone. */
const goneAfterMs = 120_000;

/** Keeps one more answer. Several routers answer in turn, so that single answers would make the figures jump. */
export function withAnswer(replicas: Replicas | undefined, stats: Stats, now: number): Replicas {
  const present = Object.entries(replicas ?? {}).filter(([, { readAt }]) => now - readAt < goneAfterMs);
  return { ...Object.fromEntries(present), [stats.instance]: { stats, readAt: now } };
}

/** A provider with the sums over all routers. Latencies are those of the slowest one. */
export interface ProviderRow extends ProviderStats {
  readonly id: string;
}

export interface Combined {
  readonly rows: readonly ProviderRow[];
  readonly cache: { readonly hits: number; readonly lookups: number };
  readonly routers: number;
  /** Start of the oldest router's figures. */
  readonly since: string;
}

export function combine(replicas: Replicas): Combined {
  const all = Object.values(replicas).map(({ stats }) => stats);
  const ids = [...new Set(all.flatMap(({ providers }) => Object.keys(providers)))].toSorted();
  return {
    rows: ids.map((id) => ({ id, ...combineProvider(all.flatMap(({ providers }) => providers[id] ?? [])) })),
    cache: {
      hits: sum(all.map(({ cache }) => cache.hits)),
      lookups: sum(all.map(({ cache }) => cache.hits + cache.misses)),
    },
    routers: all.length,
    since: all.map(({ since }) => since).toSorted()[0] ?? '',
  };
}

function combineProvider(all: readonly ProviderStats[]): ProviderStats {
  const models = [...new Set(all.flatMap((stats) => Object.keys(stats.models)))].toSorted();
  return {
    state: worst(all.map(({ state }) => state)),
    calls: sum(all.map(({ calls }) => calls)),
    failures: sum(all.map(({ failures }) => failures)),
    fallbacks: sum(all.map(({ fallbacks }) => fallbacks)),
    latencyP50: Math.max(0, ...all.map(({ latencyP50 }) => latencyP50)),
    latencyP95: Math.max(0, ...all.map(({ latencyP95 }) => latencyP95)),
    models: Object.fromEntries(
      models.map((model) => [model, worst(all.flatMap((stats) => stats.models[model] ?? []))]),
    ),
  };
}

const severity: readonly BreakerState[] = ['closed', 'half-open', 'open'];

function worst(states: readonly BreakerState[]): BreakerState {
  return severity[Math.max(0, ...states.map((state) => severity.indexOf(state)))] ?? 'closed';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
