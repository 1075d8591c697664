import {
  type AuditedChange,
  type AuditFact,
  type ListPage,
  mapPage,
  type PageRequest,
  tiers,
} from '@valuecanvas/contracts-core';
import { acrossUsers, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../db.ts';
import { endSessionsOf } from '../local-auth/end-sessions.ts';
import { type PlatformMetadata, platformMetadataOf, type Roles } from '../roles/roles.ts';

/** A user with tier and role. */
export interface PlatformUserRecord extends PlatformMetadata {
  readonly id: string;
  readonly email: string;
  readonly createdAt: Date;
  readonly lastSignInAt: Date | null;
}

/** Users must match every filter that is present. */
export interface UserFilter {
  readonly ids?: readonly string[];
  /** Address in any case. */
  readonly email?: string;
  /** Part of the address in any case. */
  readonly search?: string;
  readonly tier?: string;
  readonly role?: string;
}

/** A change of a user's tier or role, with its actor. */
export interface UserChange {
  readonly user: { readonly id: string } | { readonly email: string };
  readonly set: Partial<PlatformMetadata>;
  /** Throws if the change is not allowed. Called while the row is locked. */
  readonly check?: (before: PlatformMetadata, after: PlatformMetadata) => void;
  readonly factOf: (change: AuditedChange) => AuditFact;
  readonly at: Date;
}

export interface PlatformUsersStore {
  /** Newest first. */
  list(filter: UserFilter, page: PageRequest): Promise<ListPage<PlatformUserRecord>>;
  /** Returns undefined if the user does not exist. */
  find(id: string): Promise<PlatformUserRecord | undefined>;
  /**
   * Changes a user and records the change in the audit log in one transaction. A user who loses a permission is demoted:
   * its sessions end, because its access tokens still name the old role. Returns undefined if the user does not exist.
   */
  change(
    change: UserChange,
  ): Promise<{ readonly user: PlatformUserRecord; readonly isDemoted: boolean } | undefined>;
}

const newestFirst = listOrder('desc', { created_at: 'timestamptz', id: 'uuid' });

export function createPlatformUsersStore(db: Kysely<Database>, roles: Roles): PlatformUsersStore {
  const recordOf = recordWith(roles);
  return {
    list: (filter, page) =>
      acrossUsers(db, async (tx) =>
        mapPage(
          await selectPage(matching(candidates(tx, filter, page), filter, roles), newestFirst, page),
          recordOf,
        ),
      ),
    find: (id) =>
      acrossUsers(db, async (tx) => {
        const row = await usersFrom(
          tx,
          sql`vc_private.platform_users(${[id]}::uuid[], null, null, null, null)`,
        ).executeTakeFirst();
        return row && recordOf(row);
      }),
    change: (change) =>
      acrossUsers(db, async (tx) => {
        const id = 'id' in change.user ? change.user.id : null;
        const address = 'email' in change.user ? change.user.email.toLowerCase() : null;
        const row = await usersFrom(
          tx,
          sql`vc_private.lock_platform_user(${id}::uuid, ${address}::text)`,
        ).executeTakeFirst();
        if (!row) return undefined;
        const before = recordOf(row);
        const user = { ...before, ...change.set };
        change.check?.(before, user);
        await sql`
          select vc_private.set_platform_user(${before.id}, ${JSON.stringify(change.set)}::jsonb, ${change.at})`.execute(
          tx,
        );
        await recordAudit(tx, change.factOf(tierAndRoleChange(before, user)));
        const kept = roles.permissionsOf(user.role);
        const isDemoted = roles.permissionsOf(before.role).some((permission) => !kept.includes(permission));
        if (isDemoted) await endSessionsOf(tx, { userId: user.id, exceptSession: undefined, at: change.at });
        return { user, isDemoted };
      }),
  };
}

interface UserRow {
  readonly id: string;
  readonly email: string | null;
  readonly raw_app_meta_data: unknown;
  readonly created_at: Date;
  readonly last_sign_in_at: Date | null;
}

/** Selects from a function of the database owner, since the gateway may not read an auth.users that belongs to Supabase. */
const usersFrom = (tx: Kysely<Database>, source: RawBuilder<unknown>) =>
  tx
    .selectFrom(sql<UserRow>`${source}`.as('users'))
    .select(['id', 'email', 'raw_app_meta_data', 'created_at', 'last_sign_in_at']);

/** Selects the users to filter. Without a search, tier or role, they are at most a page, which an index finds. */
function candidates(tx: Kysely<Database>, filter: UserFilter, { limit, after }: PageRequest) {
  const { ids, email, search, tier, role } = filter;
  const [createdAt = null, id = null] = after ?? [];
  const most = search === undefined && tier === undefined && role === undefined ? limit + 1 : null;
  return usersFrom(
    tx,
    sql`vc_private.platform_users(
      ${ids ?? null}::uuid[], ${email?.toLowerCase() ?? null}::text, ${createdAt}::timestamptz, ${id}::uuid, ${most}::integer
    )`,
  );
}

type UsersQuery = ReturnType<typeof usersFrom>;

function matching(users: UsersQuery, { email, search, tier, role }: UserFilter, roles: Roles): UsersQuery {
  return users
    .$if(email !== undefined, (query) => query.where(sql`lower(email)`, '=', email?.toLowerCase()))
    .$if(search !== undefined, (query) =>
      query.where(sql<boolean>`position(lower(${search}) in lower(email)) > 0`),
    )
    .$if(tier !== undefined, (query) =>
      query.where(sql<boolean>`${metadataField('tier', tiers, 'free')} = ${tier}`),
    )
    .$if(role !== undefined, (query) =>
      query.where(sql<boolean>`${metadataField('role', roles.names, 'user')} = ${role}`),
    );
}

/** Tier or role as `platformMetadataOf` reads it: unknown values count as the default. */
function metadataField(name: 'tier' | 'role', known: readonly string[], otherwise: string) {
  const value = sql`raw_app_meta_data ->> ${sql.lit(name)}`;
  return sql<string>`case when ${value} = any(${[...known]}::text[]) then ${value} else ${otherwise} end`;
}

function recordWith(roles: Roles): (row: UserRow) => PlatformUserRecord {
  return (row) => ({
    id: row.id,
    email: row.email ?? '',
    ...platformMetadataOf(row.raw_app_meta_data, roles),
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  });
}

function tierAndRoleChange(before: PlatformUserRecord, after: PlatformUserRecord): AuditedChange {
  const shown = ({ tier, role }: PlatformUserRecord) => ({ tier, role });
  return { target: { kind: 'user', id: before.id }, before: shown(before), after: shown(after) };
}
