import { hostname } from 'node:os';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { type Drain, startDrain } from '@valuecanvas/journal';
import { isRefusedData } from '@valuecanvas/postgres';
import type { Keys, Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import { v7 as uuidv7 } from 'uuid';

interface DrainFactsOptions<F extends FactDefinition> {
  /** A waiting connection of its own. */
  readonly redis: Redis;
  readonly keys: Keys;
  /** Stores what is not there yet: the same facts twice are stored once. */
  readonly store: (facts: readonly FactOf<F>[]) => Promise<void>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** Moves facts of one kind from the journal into their table; those that PostgreSQL refuses for good are laid aside. */
export function drainFacts<F extends FactDefinition>(fact: F, options: DrainFactsOptions<F>): Drain {
  const { redis, keys, store, log } = options;
  return startDrain(fact, {
    redis,
    keys,
    consumer: `${hostname()}-${uuidv7()}`,
    store,
    isTemporary: (error) => !isRefusedData(error),
    onError: (err) => log.warn({ err, fact: fact.name }, 'storing facts failed'),
    onDead: () =>
      log.error({ fact: fact.name }, 'journal: PostgreSQL refused a fact, moved it to the dead stream'),
  });
}
