import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { SpentSource } from '../admission/seeding.ts';
import type { LlmRouterConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { createLedgerStore, type LedgerStore } from './ledger.store.ts';
import { maintainPartitions } from './partitions.ts';
import { createSpentSource } from './seed.ts';

/** Partitions are made three months ahead, so a missed round does no harm. */
const maintenanceMs = 6 * 60 * 60 * 1_000;

export interface Ledger {
  /** Stores rows directly, without the journal. */
  readonly insert: LedgerStore['insert'];
  /** Past spending, from ledger and journal. */
  readonly spent: SpentSource;
}

/** Composes the ledger: the drain of its journal and the maintenance of its partitions run until the service stops. */
export function composeLedger(kit: Kit<LlmRouterConfig>, db: Kysely<Database>, openRedis: OpenRedis): Ledger {
  const { config, log, lifecycle } = kit;
  const { redis, keys } = openRedis;
  const store = createLedgerStore(db);
  drainIntoTable(kit, openRedis, llmUsage, store.insert);
  lifecycle.every('ledger: partition maintenance', maintenanceMs, () =>
    maintainPartitions({
      store,
      retentionMonths: config.LLM_USAGE_RETENTION_MONTHS,
      onDropped: (partitions) => log.info({ partitions }, 'ledger: partitions past retention dropped'),
    }),
  );
  return { insert: store.insert, spent: createSpentSource({ redis, keys, store }) };
}
