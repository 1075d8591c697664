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
  const checks = Object.fromEntries(
    await Promise.all(
      Object.entries({ ...reports, ...probes }).map(
        async ([name, probe]) => [name, (await isUp(probe)) ? 'up' : 'down'] as const,
      ),
    ),
  );
  return { ready: !draining && Object.keys(probes).every((name) => checks[name] === 'up'), checks };
}

function isUp(probe: Probe): Promise<boolean> {
  return withTimeout(probe, probeTimeoutMs).then(
    () => true,
    () => false,
  );
}

/** Adds liveness, readiness and metrics to the internal port, which only the cluster can reach. */
export function installInternalRoutes(
  app: FastifyInstance,
  options: { readonly readiness: () => Promise<Readiness>; readonly metrics: Metrics },
): void {
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const readiness = await options.readiness();
    const { ready, checks } = readiness;
    const isWhole = Object.values(checks).every((state) => state === 'up');
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? (isWhole ? 'ok' : 'degraded') : 'unavailable', checks });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  );
}
