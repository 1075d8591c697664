import type { gatewayContract, PlatformReadiness } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { ApiDocs } from './api-docs.ts';
import type { ServedFile } from './served-file.ts';

export const platformRoutes = (platform: {
  readonly version: string;
  readonly readiness: () => Promise<PlatformReadiness>;
  readonly openApi: { readonly json: ServedFile; readonly yaml: ServedFile };
  readonly docs: ApiDocs;
}) =>
  ({
    getVersion: () => ({ status: 'ok', version: platform.version }),
    getLiveness: () => ({ status: 'ok' }),
    async getReadiness() {
      const readiness = await platform.readiness();
      const status = readiness.status === 'unavailable' ? 503 : 200;
      return respond(status, readiness, { 'cache-control': 'no-store' });
    },
    getOpenApiJson: (call) => platform.openApi.json(call),
    getOpenApiYaml: (call) => platform.openApi.yaml(call),
    getDocs: (call) => platform.docs.page(call),
    getDocsAsset: (call) => platform.docs.asset(call.params.asset)(call),
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;
