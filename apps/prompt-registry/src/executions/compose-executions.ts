import { promptExecution } from '@valuecanvas/contracts-prompt-registry';
import { drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import { createExecutionsStore, type ExecutionsStore } from './executions.store.ts';

/** Stores the executions that the services record in the journal. Returns their store. */
export function composeExecutions(kit: Kit, db: Kysely<Database>, redis: OpenRedis): ExecutionsStore {
  const executions = createExecutionsStore(db);
  drainIntoTable(kit, redis, promptExecution, executions.insert);
  return executions;
}
