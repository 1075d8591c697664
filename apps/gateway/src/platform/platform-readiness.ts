import type { PlatformReadiness } from '@valuecanvas/contracts-gateway';
import { type Probe, runProbe } from '@valuecanvas/service-kit';
import Type from 'typebox';
import Value from 'typebox/value';
import { request } from 'undici';
import type { Upstream } from '../upstreams.ts';

/** A service's state, as its readiness reports it. */
type PartState = PlatformReadiness['services'][string];

/** A service or dependency that takes longer to answer counts as down. */
const timeoutMs = 2_000;

/** Results are reused for this long, so that the services are probed once, regardless of the number of requests. */
const cacheTtlMs = 1_000;

/** Probes every service of the platform, and the gateway's own dependencies, concurrently. */
export function createPlatformReadiness(options: {
  readonly upstreams: readonly Upstream[];
  /** The gateway's own dependencies. */
  readonly own: Readonly<Record<'postgres' | 'redis', Probe>>;
}): () => Promise<PlatformReadiness> {
  const { upstreams, own } = options;
  let latest: { readonly until: number; readonly answer: Promise<PlatformReadiness> } | undefined;

  const ask = async (): Promise<PlatformReadiness> => {
    const [postgres, redis, ...states] = await Promise.all([
      runProbe(own.postgres, timeoutMs),
      runProbe(own.redis, timeoutMs),
      ...upstreams.map(({ internalUrl }) => probeService(internalUrl, timeoutMs)),
    ]);
    const parts = upstreams.map(({ contract, essential }, index) => ({
      name: contract.service,
      essential,
      state: states[index] ?? { ...unreachable, latency: 0 },
    }));
    const mainJobCanBeDone =
      postgres.state === 'up' && parts.every(({ essential, state }) => !essential || isWhole(state));
    const allUp = redis.state === 'up' && parts.every(({ state }) => isWhole(state));
    const gateway: PartState = {
      status: 'up',
      latency: 0,
      checks: { postgres: postgres.state, redis: redis.state },
      latencies: { postgres: postgres.latency, redis: redis.latency },
    };
    return {
      status: mainJobCanBeDone ? (allUp ? 'ok' : 'degraded') : 'unavailable',
      services: { gateway, ...Object.fromEntries(parts.map(({ name, state }) => [name, state])) },
    };
  };

  return () => {
    const now = performance.now();
    if (!latest || latest.until <= now) latest = { until: now + cacheTtlMs, answer: ask() };
    return latest.answer;
  };
}

/** A service that runs may lack what its main job needs, such as a provider of models. */
function isWhole({ status, checks }: PartState): boolean {
  return status === 'up' && Object.values(checks).every((state) => state === 'up');
}

const unreachable = { status: 'down', checks: {}, latencies: {} } as const;

const Report = Type.Object({
  checks: Type.Record(Type.String(), Type.Enum(['up', 'down'])),
  // Replicas of the previous release report none.
  latencies: Type.Optional(Type.Record(Type.String(), Type.Number())),
});

/** Reads a service's readiness on its internal port. A service that does not answer in time is down. */
async function probeService(internalUrl: string, timeoutMs: number): Promise<PartState> {
  let answer: Omit<PartState, 'latency'> = unreachable;
  const { latency } = await runProbe(async (signal) => {
    const { statusCode, body } = await request(new URL('/health/ready', internalUrl), { signal });
    const report: unknown = await body.json();
    const { checks, latencies = {} } = Value.Check(Report, report) ? report : unreachable;
    answer = { status: statusCode === 200 ? 'up' : 'down', checks, latencies };
  }, timeoutMs);
  return { ...answer, latency };
}
