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
  find(id: string, at: Date): Promise<UserRow | undefined>;
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
      acrossUsers(db, (tx) => welcome(tx, at).select(userColumns).where('id', '=', id).executeTakeFirst()),
  };
}

/** Accounts that are neither deleted nor banned. */
function welcome(tx: Kysely<Database>, at: Date) {
  return tx
    .selectFrom('auth.users')
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('banned_until', 'is', null), where('banned_until', '<=', at)]));
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
