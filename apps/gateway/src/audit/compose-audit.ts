import { type AuditFacts, auditFact, createAuditFacts } from '@valuecanvas/contracts-core';
import type { gatewayContract } from '@valuecanvas/contracts-gateway';
import { drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import { createIds, type HandlersOf } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import { createAuditStore } from './audit.store.ts';

const dayMs = 24 * 60 * 60 * 1_000;
const cleanupMs = 6 * 60 * 60 * 1_000;

/** The audit log: reads it, stores what other services record in the journal, and deletes old records. */
export function composeAudit(kit: GatewayKit, db: Kysely<Database>, redis: OpenRedis) {
  const { config, lifecycle, now } = kit;
  const store = createAuditStore(db);
  drainIntoTable(kit, redis, auditFact, store.insert);
  lifecycle.every('audit log: deletion of old records', cleanupMs, () =>
    store.deleteBefore(new Date(now() - config.AUDIT_RETENTION_DAYS * dayMs)),
  );
  const factOf: AuditFacts = createAuditFacts({ newId: createIds(now), now });
  return {
    factOf,
    routes: {
      listAuditRecords: ({ principal, query, page }) => store.list(principal, query, page),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
