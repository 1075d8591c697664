import { openMailer } from '@valuecanvas/mail';
import { acrossUsers, recordNotification } from '@valuecanvas/postgres';
import { ConfigError, type Kit } from '@valuecanvas/service-kit';
import { createWebhookSender } from '@valuecanvas/webhooks';
import type { Kysely } from 'kysely';
import type { JobWorkerConfig } from '../config.ts';
import type { Database } from '../db.ts';
import type { QueueMetricsStore } from '../queue-metrics/queue-metrics.store.ts';
import { createBackupCheck } from './backup-check.ts';
import { channelsOf } from './channels.ts';
import { createDeliverer } from './deliver.ts';
import { createNotificationsStore } from './notifications.store.ts';
import { observeDeliveries } from './observe-deliveries.ts';
import { notificationFaults } from './variables.ts';

const hourMs = 3_600_000;

/** The deliverer repeats attempts itself. */
const noRetries: readonly number[] = [];

/**
 * Starts the loops that notify operators of an overdue backup and deliver notifications on the configured channels. Redis is not
 * needed for them.
 */
export function composeNotifications(
  { config, lifecycle, log, metrics, now }: Kit<JobWorkerConfig>,
  db: Kysely<Database>,
  { lastBackup }: Pick<QueueMetricsStore, 'lastBackup'>,
): void {
  const faults = notificationFaults(config);
  if (faults.length > 0) throw new ConfigError(faults);
  const store = createNotificationsStore(db);
  lifecycle.every('notifications: retention', hourMs, () => store.deleteOld());
  const sender = createWebhookSender({ allowPrivate: config.NOTIFICATION_ALLOW_PRIVATE_TARGETS });
  const channels = channelsOf(config, { sender, mailer: openMailer(config, noRetries), now });
  observeDeliveries(metrics, store, [...channels.keys()]);
  if (channels.size === 0) return;
  const checkBackup = createBackupCheck({
    lastBackup,
    record: (notification) => acrossUsers(db, (tx) => recordNotification(tx, notification)),
    now,
  });
  lifecycle.every('notifications: backup check', hourMs, checkBackup);
  const deliver = createDeliverer({ store, channels, log });
  lifecycle.every('notifications: delivery', config.NOTIFICATION_POLL_MS, deliver, { phase: 'drain' });
}
