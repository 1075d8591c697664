import { hostname } from 'node:os';
import { llmUsage } from '@valuecanvas/contracts-llm-router';
import { type Drain, startDrain } from '@valuecanvas/journal';
import { isRefusedData } from '@valuecanvas/postgres';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { LedgerStore } from './ledger.store.ts';

/** Moves booked calls from the journal into the ledger. `redis` must be a waiting connection of its own. */
export function drainLedger(options: {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly store: LedgerStore;
  readonly log: Logger;
}): Drain {
  const { redis, keys, store, log } = options;
  return startDrain(llmUsage, {
    redis,
    keys,
    consumer: `${hostname()}-${uuidv7()}`,
    store: store.insert,
    isTemporary: (error) => !isRefusedData(error),
    onError: (err) => log.warn({ err }, 'storing booked calls failed'),
    onDead: (usage) => log.error({ usage }, 'a booked call can never be stored: it lies in the dead stream'),
  });
}
