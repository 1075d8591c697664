import type { gatewayContract, PlatformReadiness } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';

export const platformRoutes = (platform: {
  readonly version: string;
  readonly readiness: () => Promise<PlatformReadiness>;
}) =>
  ({
    getVersion: () => ({ status: 'ok', version: platform.version }),
    getLiveness: () => ({ status: 'ok' }),
    async getReadiness() {
      const readiness = await platform.readiness();
      const status = readiness.status === 'unavailable' ? 503 : 200;
      return respond(status, readiness, { 'cache-control': 'no-store' });
    },
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;
