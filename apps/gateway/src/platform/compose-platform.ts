import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, type Probe, respond } from '@valuecanvas/service-kit';
import type { GatewayKit } from '../config.ts';
import type { Upstream } from '../upstreams.ts';
import { createPlatformReadiness } from './platform-readiness.ts';

/** Version and health of the platform. `own` probes the gateway's own dependencies. */
export function composePlatform(
  { config }: GatewayKit,
  parts: {
    readonly upstreams: readonly Upstream[];
    readonly own: Readonly<Record<'postgres' | 'redis', Probe>>;
  },
) {
  const readinessOf = createPlatformReadiness(parts);
  return {
    routes: {
      getVersion: () => ({ status: 'ok', version: config.SERVICE_VERSION }),
      getLiveness: () => ({ status: 'ok' }),
      async getReadiness() {
        const readiness = await readinessOf();
        const status = readiness.status === 'unavailable' ? 503 : 200;
        return respond(status, readiness, { 'cache-control': 'no-store' });
      },
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
