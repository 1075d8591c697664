import { readFile } from 'node:fs/promises';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, type Probe, respond } from '@valuecanvas/service-kit';
import type { GatewayKit } from '../config.ts';
import { pageHeaders } from '../edge/browser-protection.ts';
import { createStaticFile } from '../static-files/static-file.ts';
import type { Upstream } from '../upstreams.ts';
import { createPlatformReadiness } from './platform-readiness.ts';

/** Version and health of the platform, and the page about its limits. `own` probes the gateway's own dependencies. */
export async function composePlatform(
  { config }: GatewayKit,
  parts: {
    readonly upstreams: readonly Upstream[];
    readonly own: Readonly<Record<'postgres' | 'redis', Probe>>;
  },
) {
  const readinessOf = createPlatformReadiness(parts);
  const upgradePage = createStaticFile({
    content: await readFile(new URL('./upgrade-page.html', import.meta.url)),
    contentType: 'text/html; charset=utf-8',
    headers: pageHeaders(config.CSP_ENABLED),
  });
  return {
    routes: {
      getVersion: () => ({ status: 'ok', version: config.SERVICE_VERSION }),
      getLiveness: () => ({ status: 'ok' }),
      async getReadiness() {
        const readiness = await readinessOf();
        const status = readiness.status === 'unavailable' ? 503 : 200;
        return respond(status, readiness, { 'cache-control': 'no-store' });
      },
      getUpgradePage: (call) => upgradePage(call.header('accept-encoding')),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
