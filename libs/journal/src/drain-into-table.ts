import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { isRefusedData } from '@valuecanvas/postgres';
import type { Keys, Redis } from '@valuecanvas/redis';
import { type Drain, startDrain } from './start-drain.ts';

export interface DrainIntoTableOptions<F extends FactDefinition> {
  /** A blocking connection, used for nothing else. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Inserts the facts that the table does not have yet: a fact delivered twice is stored once. */
  readonly insert: (facts: readonly FactOf<F>[]) => Promise<void>;
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/**
 * Moves facts of one kind from the journal into their owner's table in PostgreSQL. Facts that the table can never hold
 * become dead letters; while PostgreSQL is unavailable, facts wait.
 */
export function drainIntoTable<F extends FactDefinition>(fact: F, options: DrainIntoTableOptions<F>): Drain {
  const { redis, keys, insert, log } = options;
  return startDrain(fact, {
    redis,
    keys,
    consumer: `${hostname()}-${randomUUID()}`,
    store: insert,
    isTemporary: (error) => !isRefusedData(error),
    onError: (err) => log.warn({ err, fact: fact.name }, 'journal: storing facts failed'),
    onDeadLetter: () =>
      log.error({ fact: fact.name }, 'journal: PostgreSQL refused a fact, kept as a dead letter'),
  });
}
