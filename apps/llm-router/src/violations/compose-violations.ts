import { rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { createBestEffortJournal, drainIntoTable } from '@valuecanvas/journal';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { CompletionObserver } from '../completions/observer.ts';
import type { LlmRouterConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { recordViolations } from './record-violations.ts';
import { createViolationsStore } from './violations.store.ts';

const retentionRoundMs = 6 * 60 * 60 * 1_000;
const dayMs = 24 * 60 * 60 * 1_000;

/** Wraps an observer so that refusals by a rate limit are recorded. */
export type RecordingObserver = (observer: CompletionObserver) => CompletionObserver;

/** Composes the record of rate limit violations. Its drain and its deletion past retention run until the service stops. */
export function composeViolations(
  kit: Kit<LlmRouterConfig>,
  db: Kysely<Database>,
  openRedis: OpenRedis,
): RecordingObserver {
  const { config, log, lifecycle, now } = kit;
  const { redis, keys } = openRedis;
  const { insert, deleteBefore } = createViolationsStore(db);
  drainIntoTable(kit, openRedis, rateLimitViolation, insert);
  lifecycle.every('rate limit violations: deletion past retention', retentionRoundMs, (signal) =>
    deleteBefore(new Date(now() - config.RATE_LIMIT_VIOLATION_RETENTION_DAYS * dayMs), signal),
  );
  const journal = createBestEffortJournal(rateLimitViolation, {
    redis,
    keys,
    now,
    onError: (err) => log.warn({ err }, 'rate limit violations: recording failed'),
  });
  return (observer) => recordViolations(observer, journal, now);
}
