import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { type UserRow, userColumns } from './auth-user.ts';
import { endSessionsOf } from './end-sessions.ts';

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly appMetadata: Readonly<Record<string, unknown>>;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Accounts of local auth. They are read across users, because the lookup precedes authentication. */
export interface AuthUsersStore {
  /** Returns undefined if an account with this address exists. */
  insert(user: NewUser): Promise<UserRow | undefined>;
  /** Finds an active account by its address, ignoring case. */
  findByEmail(
    email: string,
    at: Date,
  ): Promise<(UserRow & { encrypted_password: string | null }) | undefined>;
  find(id: string, at: Date): Promise<(UserRow & { encrypted_password: string | null }) | undefined>;
  /** Returns undefined if the account no longer exists. */
  update(id: string, change: UserChange): Promise<UserRow | undefined>;
}

/** A change that a user makes to its own account. */
export interface UserChange {
  /** Replaces the password and ends all sessions except `exceptSession`, in the same transaction. */
  readonly password?: { readonly hash: string; readonly exceptSession: string | undefined };
  /** Computes the new metadata from the current value. If it throws, nothing is changed. */
  readonly userMetadata?: (current: unknown) => Readonly<Record<string, unknown>>;
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
        activeAccounts(tx, at)
          .select([...userColumns, 'encrypted_password'])
          .where(sql`lower(email)`, '=', email.toLowerCase())
          .executeTakeFirst(),
      ),
    find: (id, at) =>
      acrossUsers(db, (tx) =>
        activeAccounts(tx, at)
          .select([...userColumns, 'encrypted_password'])
          .where('id', '=', id)
          .executeTakeFirst(),
      ),
    update: (id, { password, userMetadata, at }) =>
      acrossUsers(db, async (tx) => {
        const row = await tx
          .selectFrom('auth.users')
          .select('raw_user_meta_data')
          .where('id', '=', id)
          .where('deleted_at', 'is', null)
          .forUpdate()
          .executeTakeFirst();
        if (!row) return undefined;
        const metadata = userMetadata?.(row.raw_user_meta_data);
        if (password) await endSessionsOf(tx, { userId: id, exceptSession: password.exceptSession, at });
        return tx
          .updateTable('auth.users')
          .set({
            updated_at: at,
            ...(password === undefined ? {} : { encrypted_password: password.hash }),
            ...(metadata === undefined ? {} : { raw_user_meta_data: JSON.stringify(metadata) }),
          })
          .where('id', '=', id)
          .returning(userColumns)
          .executeTakeFirst();
      }),
  };
}

/** Selects accounts that are neither deleted nor banned. */
export function activeAccounts(tx: Kysely<Database>, at: Date) {
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
