import { AppError, type Notification } from '@valuecanvas/contracts-core';
import { operatorNotification } from '@valuecanvas/contracts-llm-router';
import { createJournal, drainIntoTable } from '@valuecanvas/journal';
import { acrossUsers, recordNotification } from '@valuecanvas/postgres';
import type { OpenRedis } from '@valuecanvas/redis';
import { forever, retry } from '@valuecanvas/resilience';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { LlmRouterConfig } from '../config.ts';
import type { Database } from '../db.ts';

/** Delay between attempts while both Redis and PostgreSQL are unavailable. */
const retryMs = 15_000;

/**
 * Starts the drain of notifications into the outbox. Returns a function that records notifications of events without a
 * transaction: in the journal, or in the outbox if Redis is unavailable. A notification is lost only if the router stops while
 * both are unavailable.
 */
export function recordNotifications(
  kit: Kit<LlmRouterConfig>,
  openRedis: OpenRedis,
  db: Kysely<Database>,
): (notification: Notification) => void {
  const { config, lifecycle, log } = kit;
  const { redis, keys } = openRedis;
  const insert = (notifications: readonly Notification[]) =>
    acrossUsers(db, (tx) => recordNotification(tx, ...notifications));
  drainIntoTable(kit, openRedis, operatorNotification, insert);
  const journal = createJournal(operatorNotification, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH });
  const stopping = new AbortController();
  lifecycle.onStop('drain', 'notifications', () => stopping.abort(new Error('The router stops.')));
  return (notification) => {
    const record = () => journal.record(notification).catch(() => insert([notification]));
    retry(
      record,
      { delaysMs: forever(retryMs), isRetryable: isUnavailable },
      { signal: stopping.signal },
    ).catch((err: unknown) => log.error({ err, key: notification.key }, 'notifications: notification lost'));
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE';
}
