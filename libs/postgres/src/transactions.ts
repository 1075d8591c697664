import {
  type AuditFact,
  type Notification,
  orUnavailable,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import { type Kysely, type QueryExecutorProvider, sql } from 'kysely';
import { escapeLiteral } from 'pg';
import { isUnavailable } from './map-errors.ts';

/** An open transaction without table types, for raw SQL. */
export type Transaction = QueryExecutorProvider;

/** The last step of the transaction that created `value`. Its writes are committed together with the value. */
export type BeforeCommit<V, T> = (transaction: Transaction, value: V) => Promise<T>;

/**
 * Runs `work` in one transaction that carries the user's claims, so that row level security shows only that user's
 * rows. The claims are set in the same round trip as `begin` and end with the transaction.
 */
export function asUser<Tables, T>(
  db: Kysely<Tables>,
  principal: UserPrincipal,
  work: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const claims = JSON.stringify({
    sub: principal.userId,
    role: 'authenticated',
    app_metadata: { role: principal.role, tier: principal.tier },
    permissions: principal.permissions,
  });
  return inTransaction(db, `select set_config('request.jwt.claims', ${escapeLiteral(claims)}, true)`, work);
}

/** Runs `work` in one transaction that may access rows of all users, on tables whose policies allow it. */
export function acrossUsers<Tables, T>(
  db: Kysely<Tables>,
  work: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return inTransaction(db, `select set_config('vc.across_users', 'on', true)`, work);
}

/**
 * Writes an audit record in the transaction of the change, so that both are committed or neither. A repeated record is
 * ignored. The role of the service needs `execute` on `vc_private.record_audit` and `usage` on the schema `vc_private`.
 */
export async function recordAudit<Tables>(transaction: Kysely<Tables>, fact: AuditFact): Promise<void> {
  await sql`select vc_private.record_audit(${JSON.stringify(fact)}::jsonb)`.execute(transaction);
}

/**
 * Writes notifications into the outbox in the transaction of their event. Of notifications with the same key, the first is kept.
 * The role of the service needs `execute` on `vc_private.record_notification` and `usage` on the schema `vc_private`.
 */
export async function recordNotification<Tables>(
  transaction: Kysely<Tables>,
  ...notifications: readonly Notification[]
): Promise<void> {
  if (notifications.length === 0) return;
  await sql`
    select vc_private.record_notification(notification)
    from jsonb_array_elements(${JSON.stringify(notifications)}::jsonb) as notification`.execute(transaction);
}

function inTransaction<Tables, T>(
  db: Kysely<Tables>,
  setting: string,
  work: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const transaction = db.connection().execute(async (connection) => {
    await sql.raw(`begin; ${setting}`).execute(connection);
    try {
      const result = await work(connection);
      await sql`commit`.execute(connection);
      return result;
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined);
      throw error;
    }
  });
  return orUnavailable('postgres', transaction, isUnavailable);
}
