import { ConfigError, type Kit } from '@valuecanvas/service-kit';
import { createWebhookSender } from '@valuecanvas/webhooks';
import type { Kysely } from 'kysely';
import type { JobWorkerConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { channelsOf } from './channels.ts';
import { createDeliverer } from './deliver.ts';
import { createNotificationsStore } from './notifications.store.ts';
import { notificationFaults } from './variables.ts';

const hourMs = 3_600_000;

/** Starts the loop that delivers notifications on the configured channels. Redis is not needed for it. */
export function composeNotifications(
  { config, lifecycle, log, now }: Kit<JobWorkerConfig>,
  db: Kysely<Database>,
): void {
  const faults = notificationFaults(config);
  if (faults.length > 0) throw new ConfigError(faults);
  const store = createNotificationsStore(db);
  lifecycle.every('notifications: retention', hourMs, () => store.deleteOld());
  const sender = createWebhookSender({ allowPrivate: config.NOTIFICATION_ALLOW_PRIVATE_TARGETS });
  const channels = channelsOf(config, sender, now);
  if (channels.size === 0) return;
  const deliver = createDeliverer({ store, channels, log });
  lifecycle.every('notifications: delivery', config.NOTIFICATION_POLL_MS, deliver, { phase: 'drain' });
}
