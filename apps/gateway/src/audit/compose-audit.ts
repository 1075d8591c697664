import { type AuditFacts, auditFact, createAuditFacts } from '@valuecanvas/contracts-core';
import { drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import { type ConfigOf, createIds, type Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { gatewayVariables } from '../config.ts';
import type { Database } from '../db.ts';
import { type AuditStore, createAuditStore } from './audit.store.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const cleanupMs = 6 * 60 * 60 * 1_000;

/** The audit log: reads it, stores what other services record in the journal, and deletes old records. */
export function composeAudit(
  { config, log, lifecycle, now }: Kit<ConfigOf<typeof gatewayVariables>>,
  db: Kysely<Database>,
  { keys, waiting }: OpenRedis,
): { readonly audit: Pick<AuditStore, 'list'>; readonly factOf: AuditFacts } {
  const store = createAuditStore(db);
  const drain = drainIntoTable(auditFact, { redis: waiting('audit'), keys, insert: store.insert, log });
  lifecycle.onStop('drain', 'audit log', drain.stop);
  lifecycle.every('audit log: deletion of old records', cleanupMs, () =>
    store.deleteBefore(new Date(now() - config.AUDIT_RETENTION_DAYS * dayMs)),
  );
  return { audit: store, factOf: createAuditFacts({ newId: createIds(now), now }) };
}
