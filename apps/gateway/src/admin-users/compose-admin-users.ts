import type { AuditFacts } from '@valuecanvas/contracts-core';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import type { ApiKeyVerifier } from '../api-keys/api-key-verifier.ts';
import type { ApiKeys } from '../api-keys/api-keys.service.ts';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import type { Roles } from '../roles/roles.ts';
import { createAdminUsers } from './admin-users.service.ts';
import { createPlatformUsersStore } from './platform-users.store.ts';

/** The users of the platform: operators list them, change their tier and role, and revoke their API keys. */
export function composeAdminUsers(
  { now }: GatewayKit,
  {
    db,
    roles,
    ...dependencies
  }: {
    readonly db: Kysely<Database>;
    readonly roles: Roles;
    readonly revocations: RevocationList;
    readonly verifier: ApiKeyVerifier;
    readonly keys: ApiKeys;
    readonly factOf: AuditFacts;
  },
) {
  const users = createAdminUsers({ store: createPlatformUsersStore(db, roles), roles, now, ...dependencies });
  return {
    routes: {
      listUsers: ({ query: { ids, ...filter }, page }) =>
        users.list({ ...filter, ...(ids && { ids: ids.split(',') }) }, page),
      getUser: ({ params }) => users.get(params.id),
      listUserApiKeys: ({ params, page }) => users.keysOf(params.id, page),
      revokeUserApiKey: (call) => users.revokeKey(call, call.params.id, call.params.keyId),
      updateUser: (call) => users.update(call, call.params.id, call.body),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
