import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observe/metrics.ts';

/** Resolves where the thing that this process cannot work without is there; rejects or hangs otherwise. */
export type Probe = (signal: AbortSignal) => Promise<unknown>;

/** A probe that takes longer counts as failed: milliseconds. */
const probeTimeoutMs = 2_000;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
}

/** Asks all probes at once; a draining service is not ready whatever they say. */
export async function checkReadiness(
  probes: Readonly<Record<string, Probe>>,
  draining: boolean,
): Promise<Readiness> {
  const checks = Object.fromEntries(
    await Promise.all(
      Object.entries(probes).map(
        async ([name, probe]) => [name, (await isUp(probe)) ? 'up' : 'down'] as const,
      ),
    ),
  );
  return { ready: !draining && Object.values(checks).every((state) => state === 'up'), checks };
}

async function isUp(probe: Probe): Promise<boolean> {
  const signal = AbortSignal.timeout(probeTimeoutMs);
  const { promise: expired, resolve } = Promise.withResolvers<false>();
  signal.addEventListener('abort', () => resolve(false), { once: true });
  const answered = async (): Promise<boolean> => {
    await probe(signal);
    return true;
  };
  return Promise.race([answered().catch(() => false), expired]);
}

/** Liveness, readiness and metrics: for the cluster only, on a port of its own. */
export function installInternalRoutes(
  app: FastifyInstance,
  options: { readonly readiness: () => Promise<Readiness>; readonly metrics: Metrics },
): void {
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const readiness = await options.readiness();
    return reply
      .code(readiness.ready ? 200 : 503)
      .send({ status: readiness.ready ? 'ok' : 'unavailable', checks: readiness.checks });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics()),
  );
}
