import type { AuditedChange, AuditFact, UserPrincipal } from '@valuecanvas/contracts-core';
import { acrossUsers, asUser, recordAudit, type Transaction } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { activeAccounts } from './auth-users.store.ts';
import { endSessionsOf } from './end-sessions.ts';

/** A link to store. */
export interface NewPasswordReset {
  readonly tokenHash: Buffer;
  readonly at: Date;
  readonly expiresAt: Date;
}

/** An account for which an operator makes a link. */
export interface ResetAccount {
  readonly id: string;
  readonly email: string;
  readonly appMetadata: unknown;
}

/** A link that an operator makes, with its audit record. */
export interface IssuedReset<T> {
  readonly user: { readonly id: string } | { readonly email: string };
  /** The caller. Absent for a command, which runs with the credentials of the database. */
  readonly by?: UserPrincipal;
  /** Throws if the link must not be made. */
  readonly check?: (account: ResetAccount) => void;
  readonly factOf: (change: AuditedChange) => AuditFact;
  /** The last step of the transaction. Its result is returned. */
  readonly beforeCommit: (transaction: Transaction, account: ResetAccount) => Promise<T>;
}

/** Links that set a new password, keyed by the hash of their token. A link works once and until it expires. */
export interface PasswordResetsStore {
  /**
   * Stores a link for the account with this address, to be sent there. Returns the address as the account has it, or
   * undefined if there is no such account, or if `maxMailed` links were sent to it that have not expired yet.
   */
  addMailed(email: string, reset: NewPasswordReset, maxMailed: number): Promise<string | undefined>;
  /** Stores a link and its audit record in one transaction. Returns undefined if the account does not exist. */
  addIssued<T>(reset: NewPasswordReset, issued: IssuedReset<T>): Promise<T | undefined>;
  /** Returns true if the link works at this time. */
  isOpen(tokenHash: Buffer, at: Date): Promise<boolean>;
  /**
   * Uses a link: sets the password, ends all sessions, and ends the other links of the account, in one transaction.
   * Returns undefined if the link does not work, or does not work any more.
   */
  use(
    tokenHash: Buffer,
    passwordHash: string,
    at: Date,
  ): Promise<{ readonly userId: string; readonly email: string } | undefined>;
}

export function createPasswordResetsStore(db: Kysely<Database>): PasswordResetsStore {
  return {
    addMailed: (email, reset, maxMailed) =>
      acrossUsers(db, async (tx) => {
        await forgetExpired(tx, reset.at);
        // The lock makes concurrent requests for one account count each other.
        const account = await activeAccounts(tx, reset.at)
          .select(['id', 'email'])
          .where(sql`lower(email)`, '=', email.toLowerCase())
          .forUpdate()
          .executeTakeFirst();
        if (!account?.email) return undefined;
        const { mailed } = await tx
          .selectFrom('vc_private.password_resets')
          .select(({ fn }) => fn.countAll<string>().as('mailed'))
          .where('user_id', '=', account.id)
          .where('is_mailed', '=', true)
          .executeTakeFirstOrThrow();
        if (Number(mailed) >= maxMailed) return undefined;
        await insert(tx, account.id, reset, true);
        return account.email;
      }),
    addIssued<T>(
      reset: NewPasswordReset,
      { user, by, check, factOf, beforeCommit }: IssuedReset<T>,
    ): Promise<T | undefined> {
      const work = async (tx: Kysely<Database>) => {
        await forgetExpired(tx, reset.at);
        const row = await activeAccounts(tx, reset.at)
          .select(['id', 'email', 'raw_app_meta_data'])
          .where(({ eb }) =>
            'id' in user ? eb('id', '=', user.id) : eb(sql`lower(email)`, '=', user.email.toLowerCase()),
          )
          .executeTakeFirst();
        if (!row) return undefined;
        const account = { id: row.id, email: row.email ?? '', appMetadata: row.raw_app_meta_data };
        check?.(account);
        await insert(tx, account.id, reset, false);
        await recordAudit(tx, factOf({ target: { kind: 'user', id: account.id } }));
        return beforeCommit(tx, account);
      };
      return by ? asUser(db, by, work) : acrossUsers(db, work);
    },
    isOpen: (tokenHash, at) =>
      acrossUsers(db, async (tx) => {
        const row = await tx
          .selectFrom('vc_private.password_resets')
          .select('user_id')
          .where('token_hash', '=', tokenHash)
          .where('used_at', 'is', null)
          .where('expires_at', '>', at)
          .executeTakeFirst();
        return row !== undefined;
      }),
    use: (tokenHash, passwordHash, at) =>
      acrossUsers(db, async (tx) => {
        const reset = await tx
          .updateTable('vc_private.password_resets')
          .set({ used_at: at })
          .where('token_hash', '=', tokenHash)
          .where('used_at', 'is', null)
          .where('expires_at', '>', at)
          .returning('user_id')
          .executeTakeFirst();
        if (!reset) return undefined;
        const userId = reset.user_id;
        const account = await activeAccounts(tx, at)
          .select('email')
          .where('id', '=', userId)
          .forUpdate()
          .executeTakeFirst();
        if (!account) return undefined;
        await tx
          .updateTable('vc_private.password_resets')
          .set({ used_at: at })
          .where('user_id', '=', userId)
          .where('used_at', 'is', null)
          .execute();
        await endSessionsOf(tx, { userId, exceptSession: undefined, at });
        await tx
          .updateTable('auth.users')
          .set({ encrypted_password: passwordHash, updated_at: at })
          .where('id', '=', userId)
          .execute();
        return { userId, email: account.email ?? '' };
      }),
  };
}

async function insert(
  tx: Kysely<Database>,
  userId: string,
  { tokenHash, at, expiresAt }: NewPasswordReset,
  isMailed: boolean,
): Promise<void> {
  await tx
    .insertInto('vc_private.password_resets')
    .values({
      token_hash: tokenHash,
      user_id: userId,
      is_mailed: isMailed,
      created_at: at,
      expires_at: expiresAt,
    })
    .execute();
}

async function forgetExpired(tx: Kysely<Database>, at: Date): Promise<void> {
  await tx.deleteFrom('vc_private.password_resets').where('expires_at', '<=', at).execute();
}
