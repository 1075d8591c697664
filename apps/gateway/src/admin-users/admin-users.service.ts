import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { ApiKey, PlatformUser, UpdateUserRequest } from '@valuecanvas/contracts-gateway';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import type { ApiKeyVerifier } from '../api-keys/api-key-verifier.ts';
import type { ApiKeys } from '../api-keys/api-keys.service.ts';
import { assertOutranks } from '../roles/assert-outranks.ts';
import type { Roles } from '../roles/roles.ts';
import type { PlatformUserRecord, PlatformUsersStore, UserFilter } from './platform-users.store.ts';

/** Lists users, changes their tier and role, and revokes their API keys. Throws NOT_FOUND for an unknown user. */
export interface AdminUsers {
  list(filter: UserFilter, page: PageRequest): Promise<ListPage<PlatformUser>>;
  get(id: string): Promise<PlatformUser>;
  keysOf(id: string, page: PageRequest): Promise<ListPage<ApiKey>>;
  /** Throws FORBIDDEN if the role of the user holds a permission that the caller does not hold. */
  revokeKey(call: AuditedCall, id: string, keyId: string): Promise<void>;
  /** Throws FORBIDDEN if the old or the new role holds a permission that the caller does not hold. */
  update(call: AuditedCall, id: string, set: UpdateUserRequest): Promise<PlatformUser>;
}

export function createAdminUsers(options: {
  readonly store: PlatformUsersStore;
  readonly roles: Roles;
  /** Ends the sessions of a user who lost a permission. */
  readonly revocations: Pick<RevocationList, 'revokeAllOf'>;
  /** Drops the cached API keys of a user whose tier or role changed. */
  readonly verifier: Pick<ApiKeyVerifier, 'forgetOwner'>;
  readonly keys: Pick<ApiKeys, 'list' | 'revoke'>;
  readonly factOf: AuditFacts;
  readonly now: () => number;
}): AdminUsers {
  const { store, roles, revocations, verifier, keys, factOf, now } = options;
  const find = async (id: string): Promise<PlatformUserRecord> => {
    const user = await store.find(id);
    if (!user) throw unknownUser(id);
    return user;
  };
  const principalOf = ({ id, tier, role }: PlatformUserRecord): UserPrincipal => ({
    kind: 'user',
    userId: id,
    tier,
    role,
    permissions: roles.permissionsOf(role),
  });

  return {
    list: async (filter, page) => mapPage(await store.list(filter, page), toPlatformUser),
    get: async (id) => toPlatformUser(await find(id)),
    keysOf: async (id, page) => keys.list(principalOf(await find(id)), page),
    async revokeKey(call, id, keyId) {
      const owner = principalOf(await find(id));
      assertOutranks(call.principal, owner.role, roles, 'revoke a key of a user with the role');
      await keys.revoke(call, keyId, owner);
    },
    async update(call, id, set) {
      if (set.role !== undefined && !roles.isRole(set.role)) throw unknownRole(roles);
      const changed = await store.change({
        user: { id },
        set,
        check: (before, after) => {
          assertOutranks(call.principal, before.role, roles, 'grant or withdraw the role');
          assertOutranks(call.principal, after.role, roles, 'grant or withdraw the role');
        },
        factOf: (change) => factOf(call, change),
        at: new Date(now()),
      });
      if (!changed) throw unknownUser(id);
      verifier.forgetOwner(id);
      if (changed.isDemoted) await revocations.revokeAllOf(id);
      return toPlatformUser(changed.user);
    },
  };
}

function unknownUser(id: string): AppError {
  return new AppError('NOT_FOUND', { message: `There is no user ${id}.` });
}

function unknownRole(roles: Roles): AppError {
  const message = `must be one of ${roles.names.join(', ')}`;
  return new AppError('VALIDATION_FAILED', { details: [{ path: 'role', message }] });
}

function toPlatformUser({
  id,
  email,
  tier,
  role,
  createdAt,
  lastSignInAt,
}: PlatformUserRecord): PlatformUser {
  return {
    id,
    email,
    tier,
    role,
    createdAt: createdAt.toISOString(),
    ...(lastSignInAt ? { lastSignInAt: lastSignInAt.toISOString() } : {}),
  };
}
