import type { PlatformReadiness } from '@valuecanvas/contracts-gateway';
import type { Probe } from '@valuecanvas/service-kit';
import type { Upstream } from '../upstreams.ts';
import { type PartState, probeService } from './probe-service.ts';

/** Milliseconds that a part may take to answer. */
const patienceMs = 2_000;

/** Milliseconds for which an answer is given again: however often people ask, the services are asked once. */
const believedMs = 1_000;

/** Asks every part of the platform, all at once. */
export function createPlatformReadiness(options: {
  readonly upstreams: readonly Upstream[];
  /** What the gateway itself depends on. */
  readonly own: Readonly<Record<'postgres' | 'redis', Probe>>;
}): () => Promise<PlatformReadiness> {
  const { upstreams, own } = options;
  let latest: { readonly until: number; readonly answer: Promise<PlatformReadiness> } | undefined;

  const ask = async (): Promise<PlatformReadiness> => {
    const [postgres, redis, ...states] = await Promise.all([
      stateOf(own.postgres),
      stateOf(own.redis),
      ...upstreams.map(({ internalUrl }) => probeService(internalUrl, patienceMs)),
    ]);
    const parts = upstreams.map(({ contract, essential }, index) => ({
      name: contract.service,
      essential,
      state: states[index] ?? { status: 'down' as const, checks: {} },
    }));
    const mainJobCanBeDone =
      postgres === 'up' && parts.every(({ essential, state }) => !essential || state.status === 'up');
    const allUp = redis === 'up' && parts.every(({ state }) => state.status === 'up');
    const gateway: PartState = { status: 'up', checks: { postgres, redis } };
    return {
      status: mainJobCanBeDone ? (allUp ? 'ok' : 'degraded') : 'unavailable',
      services: { gateway, ...Object.fromEntries(parts.map(({ name, state }) => [name, state])) },
    };
  };

  return () => {
    const now = performance.now();
    if (!latest || latest.until <= now) latest = { until: now + believedMs, answer: ask() };
    return latest.answer;
  };
}

async function stateOf(probe: Probe): Promise<'up' | 'down'> {
  const signal = AbortSignal.timeout(patienceMs);
  const { promise: expired, resolve } = Promise.withResolvers<'down'>();
  signal.addEventListener('abort', () => resolve('down'), { once: true });
  const asked = probe(signal).then(
    () => 'up' as const,
    () => 'down' as const,
  );
  return Promise.race([asked, expired]);
}
