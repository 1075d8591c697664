import {
  type AuditFact,
  type ListPage,
  mapPage,
  type PageRequest,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import { acrossUsers, asUser, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import type { Kysely, Selectable } from 'kysely';
import type { AuditLogTable, Database } from '../db.ts';

export interface AuditFilter {
  readonly actor?: string;
  readonly operation?: string;
  readonly targetKind?: string;
  readonly targetId?: string;
  readonly from?: string;
  readonly to?: string;
}

/** The audit log. Row level security shows it only to users who hold `audit:read`. */
export interface AuditStore {
  /** Stores the facts that are not stored yet. */
  insert(facts: readonly AuditFact[]): Promise<void>;
  /** Newest first. */
  list(reader: UserPrincipal, filter: AuditFilter, page: PageRequest): Promise<ListPage<AuditFact>>;
  /** Deletes the records from before a time, which must be at least 30 days ago. */
  deleteBefore(time: Date): Promise<void>;
}

/** IDs are UUIDv7, so their order is that of the changes. */
const newestFirst = listOrder('desc', { id: 'uuid' });

export function createAuditStore(db: Kysely<Database>): AuditStore {
  return {
    insert: (facts) =>
      acrossUsers(db, async (tx) => {
        for (const fact of facts) await recordAudit(tx, fact);
      }),
    list: (reader, { actor, operation, targetKind, targetId, from, to }, page) =>
      asUser(db, reader, async (tx) => {
        let query = tx.selectFrom('vc_private.audit_log').selectAll();
        if (actor !== undefined) query = query.where('actor_id', '=', actor);
        if (operation !== undefined) query = query.where('action', '=', operation);
        if (targetKind !== undefined) query = query.where('target_kind', '=', targetKind);
        if (targetId !== undefined) query = query.where('subject', '=', targetId);
        if (from !== undefined) query = query.where('at', '>=', new Date(from));
        if (to !== undefined) query = query.where('at', '<', new Date(to));
        return mapPage(await selectPage(query, newestFirst, page), toFact);
      }),
    deleteBefore: (time) =>
      acrossUsers(db, async (tx) => {
        await tx.deleteFrom('vc_private.audit_log').where('at', '<', time).execute();
      }),
  };
}

function toFact(row: Selectable<AuditLogTable>): AuditFact {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: {
      ...(row.actor_id === null ? {} : { userId: row.actor_id }),
      ...(row.actor_role === null ? {} : { role: row.actor_role }),
      ...(row.session_id === null ? {} : { sessionId: row.session_id }),
      ...(row.api_key_id === null ? {} : { apiKeyId: row.api_key_id }),
    },
    operation: row.action,
    // A gateway of an earlier release leaves the kind out.
    target: { kind: row.target_kind ?? 'unknown', id: row.subject },
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
  };
}
