import { promptExecution } from '@valuecanvas/contracts-prompt-registry';
import { drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { Database } from '../db.ts';
import { createExecutionsStore, type ExecutionsStore } from './executions.store.ts';

/** Stores the executions that the services record in the journal. Returns their store. */
export function composeExecutions(
  { log, lifecycle }: Kit,
  db: Kysely<Database>,
  { keys, waiting }: OpenRedis,
): ExecutionsStore {
  const executions = createExecutionsStore(db);
  const { insert } = executions;
  const drain = drainIntoTable(promptExecution, { redis: waiting('journal'), keys, insert, log });
  lifecycle.onStop('drain', 'prompt executions', drain.stop);
  return executions;
}
