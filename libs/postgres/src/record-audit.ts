import type { AuditFact } from '@valuecanvas/contracts-core';
import { type Kysely, sql } from 'kysely';

/**
 * Writes an audit record in the transaction of the change, so that both are committed or neither. A repeated record is
 * ignored. The role of the service needs `execute` on `vc_private.record_audit` and `usage` on the schema `vc_private`.
 */
export async function recordAudit<Tables>(transaction: Kysely<Tables>, fact: AuditFact): Promise<void> {
  await sql`select vc_private.record_audit(${JSON.stringify(fact)}::jsonb)`.execute(transaction);
}
