import type { AuditFact } from '@valuecanvas/contracts-core';
import { acrossUsers, recordAudit } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import { type PlatformMetadata, platformMetadataOf, type Roles } from '../roles/roles.ts';

/** A deletion whose later steps are not done yet. */
export interface OpenDeletion {
  readonly userId: string;
  readonly requestedAt: Date;
  /** True if access tokens and API keys have been revoked. */
  readonly isRevoked: boolean;
}

export interface AccountDeletionStore {
  /**
   * Deletes an account, and records the deletion and its audit fact, in one transaction. `check` can refuse by throwing.
   * Returns false if the account does not exist.
   */
  erase(deletion: {
    readonly userId: string;
    readonly check?: (account: PlatformMetadata) => void;
    readonly factOf: (account: PlatformMetadata) => AuditFact;
  }): Promise<boolean>;
  /** Returns the deletions that are not complete, oldest first, at most 100. */
  open(): Promise<readonly OpenDeletion[]>;
  noteRevoked(userId: string, at: Date): Promise<void>;
  /** Deletes facts that reached PostgreSQL after the account was deleted, and closes the deletion. */
  complete(userId: string, at: Date): Promise<void>;
}

/** An account can have tens of thousands of rows. Other statements of the gateway have 15 s. */
const statementTimeout = '120s';

export function createAccountDeletionStore(db: Kysely<Database>, roles: Roles): AccountDeletionStore {
  return {
    erase: ({ userId, check, factOf }) =>
      acrossUsers(db, async (tx) => {
        await sql`select set_config('statement_timeout', ${statementTimeout}, true)`.execute(tx);
        const { rows } = await sql<{ raw_app_meta_data: unknown }>`
          select raw_app_meta_data from vc_private.erase_account(${userId})`.execute(tx);
        const [erased] = rows;
        if (!erased) return false;
        const account = platformMetadataOf(erased.raw_app_meta_data, roles);
        check?.(account);
        await recordAudit(tx, factOf(account));
        return true;
      }),
    open: () =>
      acrossUsers(db, async (tx) => {
        const rows = await tx
          .selectFrom('vc_private.account_deletions')
          .select(['user_id', 'requested_at', 'revoked_at'])
          .where('completed_at', 'is', null)
          .orderBy('requested_at')
          .limit(100)
          .execute();
        return rows.map(({ user_id, requested_at, revoked_at }) => ({
          userId: user_id,
          requestedAt: requested_at,
          isRevoked: revoked_at !== null,
        }));
      }),
    noteRevoked: (userId, at) =>
      acrossUsers(db, async (tx) => {
        await tx
          .updateTable('vc_private.account_deletions')
          .set({ revoked_at: at })
          .where('user_id', '=', userId)
          .where('revoked_at', 'is', null)
          .execute();
      }),
    complete: (userId, at) =>
      acrossUsers(db, async (tx) => {
        await sql`select vc_private.erase_account_facts(${userId})`.execute(tx);
        await tx
          .updateTable('vc_private.account_deletions')
          .set({ completed_at: at })
          .where('user_id', '=', userId)
          .execute();
      }),
  };
}
