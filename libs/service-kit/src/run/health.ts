import { withTimeout } from '@valuecanvas/resilience';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observe/metrics.ts';

/** Checks a dependency that this process cannot work without. Resolves if it is up, and rejects or hangs if it is not. */
export type Probe = (signal: AbortSignal) => Promise<unknown>;

/** Timeout after which a probe counts as failed. */
const probeTimeoutMs = 2_000;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
  /** Milliseconds that each check took. */
  readonly latencies: Readonly<Record<string, number>>;
}

type Probes = Readonly<Record<string, Probe>>;

/**
 * Runs all probes and reports concurrently. Readiness depends on the probes only. A draining service is not ready, regardless
 * of their results.
 */
export async function checkReadiness(
  { probes, reports = {} }: { readonly probes: Probes; readonly reports?: Probes },
  draining: boolean,
): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries({ ...reports, ...probes }).map(
      async ([name, probe]) => [name, await runProbe(probe, probeTimeoutMs)] as const,
    ),
  );
  const checks = Object.fromEntries(results.map(([name, { state }]) => [name, state]));
  const latencies = Object.fromEntries(results.map(([name, { latency }]) => [name, latency]));
  return {
    ready: !draining && Object.keys(probes).every((name) => checks[name] === 'up'),
    checks,
    latencies,
  };
}

/** Runs a probe. Returns its result and the milliseconds that it took. */
export async function runProbe(
  probe: Probe,
  timeoutMs: number,
): Promise<{ readonly state: 'up' | 'down'; readonly latency: number }> {
  const startedAt = performance.now();
  const state = await withTimeout(probe, timeoutMs).then(
    () => 'up' as const,
    () => 'down' as const,
  );
  return { state, latency: millisecondsSince(startedAt) };
}

function millisecondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100;
}

/** Adds liveness, readiness and metrics to the internal port, which only the cluster can reach. */
export function installInternalRoutes(
  app: FastifyInstance,
  options: { readonly readiness: () => Promise<Readiness>; readonly metrics: Metrics },
): void {
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const readiness = await options.readiness();
    const { ready, checks, latencies } = readiness;
    const isWhole = Object.values(checks).every((state) => state === 'up');
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? (isWhole ? 'ok' : 'degraded') : 'unavailable', checks, latencies });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  );
}
