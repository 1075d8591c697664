import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { ApiKeys } from './api-keys.service.ts';

export const apiKeyRoutes = (keys: ApiKeys) =>
  ({
    listApiKeys: ({ principal, page }) => keys.list(principal, page),
    createApiKey: (call) =>
      keys.create(call, call.body, (tx, created) =>
        call.keep(tx, respond(201, created, { 'cache-control': 'no-store' })),
      ),
    revokeApiKey: (call) => keys.revoke(call, call.params.id),
  }) satisfies Partial<HandlersOf<typeof gatewayContract>>;
