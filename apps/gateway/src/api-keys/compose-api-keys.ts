import type { AuditFacts } from '@valuecanvas/contracts-core';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import type { Roles } from '../roles/roles.ts';
import { createApiKeyVerifier } from './api-key-verifier.ts';
import { createApiKeys } from './api-keys.service.ts';
import { createApiKeysStore } from './api-keys.store.ts';

/** API keys: verifies those of requests, and lets users list, create and revoke their own. */
export function composeApiKeys(
  { log, now }: GatewayKit,
  {
    db,
    roles,
    factOf,
  }: { readonly db: Kysely<Database>; readonly roles: Roles; readonly factOf: AuditFacts },
) {
  const store = createApiKeysStore(db);
  const verifier = createApiKeyVerifier({ store, roles, now, log });
  const keys = createApiKeys({ store, verifier, factOf, now });
  return {
    verifier,
    keys,
    routes: {
      listApiKeys: ({ principal, page }) => keys.list(principal, page),
      createApiKey: (call) =>
        keys.create(call, call.body, (tx, created) =>
          call.keep(tx, respond(201, created, { 'cache-control': 'no-store' })),
        ),
      revokeApiKey: (call) => keys.revoke(call, call.params.id),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
