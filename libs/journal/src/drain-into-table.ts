import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type FactDefinition,
  type FactOf,
  metricCatalogue,
  type ObservedMetrics,
} from '@valuecanvas/contracts-core';
import { isRefusedData } from '@valuecanvas/postgres';
import type { OpenRedis } from '@valuecanvas/redis';
import { startDrain } from './start-drain.ts';
import { deadLetterStreamOf, streamOf } from './streams.ts';

/** The part of a service's kit that a drain needs. */
interface DrainKit {
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly lifecycle: { onStop(phase: 'drain', name: string, stop: () => Promise<void>): void };
  readonly metrics: ObservedMetrics;
}

/**
 * Moves facts of one kind from the journal into their owner's table in PostgreSQL until the service stops, and exposes the
 * journal's metrics. Facts that the table can never hold become dead letters; while PostgreSQL is unavailable, facts wait.
 * `insert` inserts the facts that the table does not have yet: a fact delivered twice is stored once.
 */
export function drainIntoTable<F extends FactDefinition>(
  { log, lifecycle, metrics }: DrainKit,
  openRedis: OpenRedis,
  fact: F,
  insert: (facts: readonly FactOf<F>[]) => Promise<void>,
): void {
  const drain = startDrain(fact, {
    redis: openRedis.waiting(fact.name),
    keys: openRedis.keys,
    consumer: `${hostname()}-${randomUUID()}`,
    store: insert,
    isTemporary: (error) => !isRefusedData(error),
    onError: (err) => log.warn({ err, fact: fact.name }, 'journal: storing facts failed'),
    onDeadLetter: () =>
      log.error({ fact: fact.name }, 'journal: PostgreSQL refused a fact, kept as a dead letter'),
  });
  lifecycle.onStop('drain', `journal of ${fact.name}`, drain.stop);
  observeJournal(metrics, openRedis, fact);
}

function observeJournal(metrics: ObservedMetrics, { redis, keys }: OpenRedis, fact: FactDefinition): void {
  const [waiting, dead] = [streamOf(keys, fact), deadLetterStreamOf(keys, fact)];
  const labels = { fact: fact.name };
  metrics.observe(metricCatalogue.journalWaiting, async () => [{ labels, value: await redis.xlen(waiting) }]);
  metrics.observe(metricCatalogue.journalDead, async () => [{ labels, value: await redis.xlen(dead) }]);
  metrics.observe(metricCatalogue.journalOldest, async () => {
    const [entry] = await redis.xrange(waiting, '-', '+', 'COUNT', 1);
    return [{ labels, value: entry ? Math.max(0, Date.now() - timeOf(entry[0])) / 1_000 : 0 }];
  });
}

/** Returns the time in milliseconds at which Redis received an entry: the first part of its ID. */
function timeOf(id: string): number {
  return Number(id.split('-')[0]);
}
