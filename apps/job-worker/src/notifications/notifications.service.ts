import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import type { DeliveryStatus, SentNotification } from '@valuecanvas/contracts-job-worker';
import type { DeliveryRow, NotificationsStore, StoredNotification } from './notifications.store.ts';

/** Shows operators the notifications and their deliveries, and sends failed ones again. */
export interface NotificationsService {
  /** Newest first. With a status, only notifications with a delivery in that state. */
  list(status: DeliveryStatus | undefined, page: PageRequest): Promise<ListPage<SentNotification>>;
  /** Throws NOT_FOUND. */
  redeliver(id: string, call: AuditedCall): Promise<SentNotification>;
}

export function createNotificationsService(parts: {
  readonly store: Pick<NotificationsStore, 'list' | 'redeliver'>;
  readonly factOf: AuditFacts;
}): NotificationsService {
  const { store, factOf } = parts;
  return {
    list: async (status, page) => mapPage(await store.list(status, page), toView),
    async redeliver(id, call) {
      const found = await store.redeliver(id, (deliveries) =>
        factOf(call, {
          target: { kind: 'notification', id },
          before: deliveries.map(({ channel, attempts, ...delivery }) => ({
            channel,
            status: statusOf(delivery),
            attempts,
          })),
          after: deliveries.map(({ channel }) => ({ channel, status: 'waiting', attempts: 0 })),
        }),
      );
      if (!found) throw new AppError('NOT_FOUND');
      return toView(found);
    },
  };
}

function toView(notification: StoredNotification & { readonly deliveries: readonly DeliveryRow[] }) {
  const { id, kind, severity, title, message, details, occurred_at, deliveries } = notification;
  return {
    id,
    kind,
    severity,
    title,
    message,
    // `record_notification` writes what a service passes as a Notification.
    details: details as SentNotification['details'],
    occurredAt: occurred_at.toISOString(),
    deliveries: deliveries.map(toDelivery),
  };
}

function toDelivery(row: DeliveryRow): SentNotification['deliveries'][number] {
  const { channel, attempts, last_error, next_attempt_at, delivered_at, failed_at } = row;
  const status = statusOf(row);
  return {
    channel,
    status,
    attempts,
    ...(last_error === null ? {} : { lastError: last_error }),
    ...(status === 'waiting' ? { nextAttemptAt: next_attempt_at.toISOString() } : {}),
    ...(delivered_at === null ? {} : { deliveredAt: delivered_at.toISOString() }),
    ...(failed_at === null ? {} : { failedAt: failed_at.toISOString() }),
  };
}

function statusOf({
  delivered_at,
  failed_at,
}: Pick<DeliveryRow, 'delivered_at' | 'failed_at'>): DeliveryStatus {
  if (delivered_at !== null) return 'delivered';
  return failed_at === null ? 'waiting' : 'failed';
}
