import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import type { PlatformUser, UpdateUserRequest } from '@valuecanvas/contracts-gateway';
import type { RevocationList } from '../access-tokens/revocation-list.ts';
import type { ApiKeyVerifier } from '../api-keys/api-key-verifier.ts';
import { assertOutranks } from '../roles/assert-outranks.ts';
import type { Roles } from '../roles/roles.ts';
import type { PlatformUserRecord, PlatformUsersStore, UserFilter } from './platform-users.store.ts';

/** Lists users and changes their tier and role. */
export interface AdminUsers {
  list(filter: UserFilter, page: PageRequest): Promise<ListPage<PlatformUser>>;
  /** Throws FORBIDDEN if the old or the new role holds a permission that the caller does not hold. */
  update(call: AuditedCall, id: string, set: UpdateUserRequest): Promise<PlatformUser>;
}

export function createAdminUsers(options: {
  readonly store: PlatformUsersStore;
  readonly roles: Roles;
  /** Ends the sessions of a user who lost a permission. */
  readonly revocations: Pick<RevocationList, 'revokeAllOf'>;
  /** Drops the cached API keys of a user whose tier or role changed. */
  readonly apiKeys: Pick<ApiKeyVerifier, 'forgetOwner'>;
  readonly factOf: AuditFacts;
  readonly now: () => number;
}): AdminUsers {
  const { store, roles, revocations, apiKeys, factOf, now } = options;
  return {
    list: async (filter, page) => mapPage(await store.list(filter, page), toPlatformUser),
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
      if (!changed) throw new AppError('NOT_FOUND', { message: `There is no user ${id}.` });
      apiKeys.forgetOwner(id);
      if (changed.isDemoted) await revocations.revokeAllOf(id);
      return toPlatformUser(changed.user);
    },
  };
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
