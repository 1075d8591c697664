import { hostname } from 'node:os';
import { promptExecution } from '@valuecanvas/contracts-prompt-registry';
import { type Drain, startDrain } from '@valuecanvas/journal';
import { isRefusedData } from '@valuecanvas/postgres';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { ExecutionsStore } from './executions.store.ts';

/** Moves recorded executions from the journal into their table. `redis` must be a waiting connection of its own. */
export function drainExecutions(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly store: ExecutionsStore;
  readonly log: Logger;
}): Drain {
  const { redis, keys, store, log } = options;
  return startDrain(promptExecution, {
    redis,
    keys,
    consumer: `${hostname()}-${uuidv7()}`,
    store: (executions) => store.insert(executions),
    isTemporary: (error) => !isRefusedData(error),
    onError: (err) => log.warn({ err }, 'storing prompt executions failed'),
    onDead: () => log.error('a prompt execution can never be stored: it lies in the dead stream'),
  });
}
