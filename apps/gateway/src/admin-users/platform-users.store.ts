import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { type PlatformMetadata, platformMetadataOf } from '../access-tokens/platform-metadata.ts';
import type { Database } from '../db.ts';
import { endSessionsOf } from '../local-auth/end-sessions.ts';
import type { UserPosition } from './user-cursor.ts';

/** A user with what the platform says of it. */
export interface PlatformUserRecord extends PlatformMetadata, UserPosition {
  readonly email: string;
  readonly createdAt: Date;
  readonly lastSignInAt: Date | null;
}

/** A change of what the platform says of a user, and who makes it. */
export interface UserChange {
  readonly user: { readonly id: string } | { readonly email: string };
  readonly set: Partial<PlatformMetadata>;
  /** The audit log's name for who acts: `admin` or `cli`. */
  readonly actor: string;
  readonly actorId: string | null;
  readonly requestId: string | null;
  readonly at: Date;
}

export interface PlatformUsersStore {
  /** Newest first, from behind `after`; with `email`, just the one with that address in any case. */
  list(page: {
    readonly email?: string | undefined;
    readonly after?: UserPosition | undefined;
    readonly limit: number;
  }): Promise<readonly PlatformUserRecord[]>;
  /**
   * Changes a user and records it in the audit log, both or neither; undefined where there is no such user. Who is no
   * admin any more has no session any more either: its access tokens still say otherwise.
   */
  change(
    change: UserChange,
  ): Promise<{ readonly user: PlatformUserRecord; readonly isDemoted: boolean } | undefined>;
}

export function createPlatformUsersStore(db: Kysely<Database>): PlatformUsersStore {
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
        await update(tx, before.id, change);
        await audit(tx, before, change);
        const user = { ...before, ...change.set };
        const isDemoted = before.role === 'admin' && user.role !== 'admin';
        if (isDemoted) await endSessionsOf(tx, { userId: user.id, exceptSession: undefined, at: change.at });
        return { user, isDemoted };
      }),
  };
}

/** Supabase Auth leaves created_at nullable, but gives it to every user. */
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

function recordOf(row: UserRow): PlatformUserRecord {
  return {
    id: row.id,
    email: row.email ?? '',
    ...platformMetadataOf(row.raw_app_meta_data),
    createdAt: row.created_at,
    createdAtMicros: row.created_at_micros,
    lastSignInAt: row.last_sign_in_at,
  };
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

async function audit(tx: Kysely<Database>, before: PlatformUserRecord, change: UserChange): Promise<void> {
  const { tier, role } = before;
  await tx
    .insertInto('vc_private.audit_log')
    .values({
      id: uuidv7(),
      at: change.at,
      actor: change.actor,
      actor_id: change.actorId,
      action: 'user.update',
      subject: before.id,
      before: JSON.stringify({ tier, role }),
      after: JSON.stringify({ tier, role, ...change.set }),
      request_id: change.requestId,
    })
    .execute();
}
