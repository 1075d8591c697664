import type { AuditedChange, AuditFact } from '@valuecanvas/contracts-core';
import { acrossUsers, recordAudit } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { type PlatformMetadata, platformMetadataOf } from '../access-tokens/platform-metadata.ts';
import type { Database } from '../db.ts';
import { endSessionsOf } from '../local-auth/end-sessions.ts';
import type { Roles } from '../roles/roles.ts';
import type { UserPosition } from './user-cursor.ts';

/** A user with tier and role. */
export interface PlatformUserRecord extends PlatformMetadata, UserPosition {
  readonly email: string;
  readonly createdAt: Date;
  readonly lastSignInAt: Date | null;
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
  /** Lists users after the position `after`, newest first. With `email`, only the user with that address in any case. */
  list(page: {
    readonly email?: string | undefined;
    readonly after?: UserPosition | undefined;
    readonly limit: number;
  }): Promise<readonly PlatformUserRecord[]>;
  /**
   * Changes a user and records the change in the audit log in one transaction. A user who loses a permission is demoted:
   * its sessions end, because its access tokens still name the old role. Returns undefined if the user does not exist.
   */
  change(
    change: UserChange,
  ): Promise<{ readonly user: PlatformUserRecord; readonly isDemoted: boolean } | undefined>;
}

export function createPlatformUsersStore(db: Kysely<Database>, roles: Roles): PlatformUsersStore {
  const recordOf = recordWith(roles);
  return {
    async list({ email, after, limit }) {
      const rows = await acrossUsers(db, (tx) =>
        usersIn(tx)
          .$if(email !== undefined, (query) => query.where(sql`lower(email)`, '=', email?.toLowerCase()))
          .$if(after !== undefined, (query) =>
            query.where(sql<boolean>`(created_at, id) < (${timeOf(after)}, ${after?.id})`),
          )
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute(),
      );
      return rows.map(recordOf);
    },
    change: (change) =>
      acrossUsers(db, async (tx) => {
        const row = await usersIn(tx)
          .where(({ eb }) =>
            'id' in change.user
              ? eb('id', '=', change.user.id)
              : eb(sql`lower(email)`, '=', change.user.email.toLowerCase()),
          )
          .forUpdate()
          .executeTakeFirst();
        if (!row) return undefined;
        const before = recordOf(row);
        const user = { ...before, ...change.set };
        change.check?.(before, user);
        await update(tx, before.id, change);
        await recordAudit(tx, change.factOf(tierAndRoleChange(before, user)));
        const kept = roles.permissionsOf(user.role);
        const isDemoted = roles.permissionsOf(before.role).some((permission) => !kept.includes(permission));
        if (isDemoted) await endSessionsOf(tx, { userId: user.id, exceptSession: undefined, at: change.at });
        return { user, isDemoted };
      }),
  };
}

/** Supabase Auth declares created_at nullable but sets it for every user. */
function usersIn(tx: Kysely<Database>) {
  return tx
    .selectFrom('auth.users')
    .select([
      'id',
      'email',
      'raw_app_meta_data',
      'last_sign_in_at',
      sql<Date>`created_at`.as('created_at'),
      sql<bigint>`(extract(epoch from created_at) * 1000000)::bigint`.as('created_at_micros'),
    ])
    .where('created_at', 'is not', null)
    .where('deleted_at', 'is', null);
}

type UserRow = Awaited<ReturnType<ReturnType<typeof usersIn>['executeTakeFirstOrThrow']>>;

function recordWith(roles: Roles): (row: UserRow) => PlatformUserRecord {
  return (row) => ({
    id: row.id,
    email: row.email ?? '',
    ...platformMetadataOf(row.raw_app_meta_data, roles),
    createdAt: row.created_at,
    createdAtMicros: row.created_at_micros,
    lastSignInAt: row.last_sign_in_at,
  });
}

function timeOf(position: UserPosition | undefined) {
  return sql`timestamptz 'epoch' + ${position?.createdAtMicros}::bigint * interval '1 microsecond'`;
}

async function update(tx: Kysely<Database>, id: string, { set, at }: UserChange): Promise<void> {
  await tx
    .updateTable('auth.users')
    .set({
      raw_app_meta_data: sql<string>`coalesce(raw_app_meta_data, '{}') || ${JSON.stringify(set)}::jsonb`,
      updated_at: at,
    })
    .where('id', '=', id)
    .execute();
}

function tierAndRoleChange(before: PlatformUserRecord, after: PlatformUserRecord): AuditedChange {
  const shown = ({ tier, role }: PlatformUserRecord) => ({ tier, role });
  return { target: { kind: 'user', id: before.id }, before: shown(before), after: shown(after) };
}
