import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { type UserRow, userColumns } from './user-row.ts';

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly appMetadata: Readonly<Record<string, unknown>>;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Accounts, as local auth needs them: they are looked up before anybody's claims are known. */
export interface AuthUsersStore {
  /** Undefined where the address belongs to an account already. */
  insert(user: NewUser): Promise<UserRow | undefined>;
  /** Accounts that may log in, by address in any case. */
  findByEmail(
    email: string,
    at: Date,
  ): Promise<(UserRow & { encrypted_password: string | null }) | undefined>;
  find(id: string, at: Date): Promise<(UserRow & { encrypted_password: string | null }) | undefined>;
  /** Undefined where there is no such account any more. */
  update(id: string, change: UserChange): Promise<UserRow | undefined>;
}

/** What a user may change of its own account. */
export interface UserChange {
  readonly passwordHash?: string;
  /** Merged into what is there; null removes. */
  readonly userMetadata?: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

export function createAuthUsersStore(db: Kysely<Database>): AuthUsersStore {
  return {
    insert: (user) =>
      acrossUsers(db, (tx) =>
        tx
          .insertInto('auth.users')
          .values(rowOf(user))
          .onConflict((conflict) => conflict.expression(sql`lower(email)`).doNothing())
          .returning(userColumns)
          .executeTakeFirst(),
      ),
    findByEmail: (email, at) =>
      acrossUsers(db, (tx) =>
        welcome(tx, at)
          .select([...userColumns, 'encrypted_password'])
          .where(sql`lower(email)`, '=', email.toLowerCase())
          .executeTakeFirst(),
      ),
    find: (id, at) =>
      acrossUsers(db, (tx) =>
        welcome(tx, at)
          .select([...userColumns, 'encrypted_password'])
          .where('id', '=', id)
          .executeTakeFirst(),
      ),
    update: (id, { passwordHash, userMetadata, at }) =>
      acrossUsers(db, (tx) =>
        tx
          .updateTable('auth.users')
          .set({
            updated_at: at,
            ...(passwordHash === undefined ? {} : { encrypted_password: passwordHash }),
            ...(userMetadata === undefined ? {} : { raw_user_meta_data: mergedWith(userMetadata) }),
          })
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .returning(userColumns)
          .executeTakeFirst(),
      ),
  };
}

/** Accounts that are neither deleted nor banned. */
function welcome(tx: Kysely<Database>, at: Date) {
  return tx
    .selectFrom('auth.users')
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('banned_until', 'is', null), where('banned_until', '<=', at)]));
}

function mergedWith(change: Readonly<Record<string, unknown>>) {
  const removed = Object.keys(change).filter((key) => change[key] === null);
  return sql<string>`(coalesce(raw_user_meta_data, '{}') || ${JSON.stringify(change)}::jsonb) - ${removed}::text[]`;
}

function rowOf(user: NewUser) {
  return {
    id: user.id,
    aud: 'authenticated',
    role: 'authenticated',
    email: user.email.toLowerCase(),
    encrypted_password: user.passwordHash,
    email_confirmed_at: user.at,
    raw_app_meta_data: JSON.stringify(user.appMetadata),
    raw_user_meta_data: JSON.stringify(user.userMetadata),
    created_at: user.at,
    updated_at: user.at,
  };
}
