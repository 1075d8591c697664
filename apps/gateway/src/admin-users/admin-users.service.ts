import { AppError, type Page, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { PlatformUser, UpdateUserRequest } from '@valuecanvas/contracts-gateway';
import type { EndedSessions } from '../access-tokens/ended-sessions.ts';
import type { PlatformUserRecord, PlatformUsersStore } from './platform-users.store.ts';
import { readUserCursor, writeUserCursor } from './user-cursor.ts';

const defaultLimit = 20;

/** What admins see and change of users. */
export interface AdminUsers {
  list(query: {
    readonly email?: string;
    readonly cursor?: string;
    readonly limit?: number;
  }): Promise<Page<PlatformUser>>;
  update(
    call: { readonly principal: UserPrincipal; readonly requestId: string },
    id: string,
    set: UpdateUserRequest,
  ): Promise<PlatformUser>;
}

/** Sessions of whoever is no admin any more are told to `ended`. */
export function createAdminUsers(
  store: PlatformUsersStore,
  ended: Pick<EndedSessions, 'endAllOf'>,
  now: () => number,
): AdminUsers {
  return {
    async list({ email, cursor, limit = defaultLimit }) {
      const after = cursor === undefined ? undefined : readUserCursor(cursor);
      const found = await store.list({ email, after, limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return { items: page.map(toPlatformUser), limit, nextCursor: last ? writeUserCursor(last) : null };
    },
    async update({ principal, requestId }, id, set) {
      const changed = await store.change({
        user: { id },
        set,
        actor: 'admin',
        actorId: principal.userId,
        requestId,
        at: new Date(now()),
      });
      if (!changed) throw new AppError('NOT_FOUND', { message: `There is no user ${id}.` });
      if (changed.isDemoted) await ended.endAllOf(id);
      return toPlatformUser(changed.user);
    },
  };
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
