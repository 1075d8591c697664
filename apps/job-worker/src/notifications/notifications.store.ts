import {
  type AuditFact,
  type ListPage,
  mapPage,
  type PageRequest,
  webhookOnlyKinds,
} from '@valuecanvas/contracts-core';
import type { DeliveryStatus } from '@valuecanvas/contracts-job-worker';
import { acrossUsers, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, NotificationDeliveriesTable, NotificationsTable } from '../db.ts';

export type StoredNotification = Selectable<NotificationsTable>;
export type DeliveryRow = Selectable<NotificationDeliveriesTable>;

/** A notification with its delivery on each channel. */
export type AddressedNotification = StoredNotification & { readonly deliveries: readonly DeliveryRow[] };

/** Deliveries of a channel that its receiver has not accepted. */
export interface UndeliveredCount {
  readonly channel: string;
  readonly waiting: number;
  /** Given up within the last 24 hours. */
  readonly failed: number;
  readonly oldestWaitingSeconds: number;
}

/** Ids are UUIDv7, so their order is that of the events. */
const newestFirst = listOrder('desc', { id: 'uuid' });

/** An attempt to deliver a notification on a channel. */
export interface ClaimedDelivery {
  readonly channel: string;
  /** Number of this attempt, from 1. */
  readonly attempts: number;
  readonly notification: StoredNotification;
}

/** Name of the channel that gets every notification. */
export const webhookChannel = 'webhook';

/** Notifications older than this are not addressed: after a new configuration, no backlog is sent. */
const newerThan = sql`now() - interval '24 hours'`;

export type NotificationsStore = ReturnType<typeof createNotificationsStore>;

export function createNotificationsStore(db: Kysely<Database>) {
  return {
    /** Addresses new notifications to the channels, those for programs to the webhook only. */
    async dispatch(channels: readonly string[]): Promise<void> {
      await acrossUsers(db, (tx) =>
        sql`
          with dispatched as (
            update vc_private.notifications set dispatched_at = now()
            where id in (
              select id from vc_private.notifications where dispatched_at is null
              order by created_at limit 100 for update skip locked
            )
            returning id, kind, created_at
          )
          insert into vc_private.notification_deliveries (notification_id, channel)
          select id, channel from dispatched cross join unnest(${channels}::text[]) as channel
          where created_at > ${newerThan}
            and (channel = ${webhookChannel} or kind <> all(${webhookOnlyKinds}::text[]))
          on conflict do nothing`.execute(tx),
      );
    },

    /** Claims due deliveries. Another replica can claim them again after `leaseMs`, unless their end is stored before. */
    claim(channels: readonly string[], limit: number, leaseMs: number): Promise<ClaimedDelivery[]> {
      return acrossUsers(db, async (tx) => {
        const { rows: claimed } = await sql<{ notification_id: string; channel: string; attempts: number }>`
          update vc_private.notification_deliveries
          set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => ${leaseMs / 1_000})
          where (notification_id, channel) in (
            select notification_id, channel from vc_private.notification_deliveries
            where delivered_at is null and failed_at is null and next_attempt_at <= now()
              and channel = any(${channels}::text[])
            order by next_attempt_at limit ${limit} for update skip locked
          )
          returning notification_id, channel, attempts`.execute(tx);
        if (claimed.length === 0) return [];
        const notifications = await tx
          .selectFrom('vc_private.notifications')
          .selectAll()
          .where(
            'id',
            'in',
            claimed.map(({ notification_id }) => notification_id),
          )
          .execute();
        const byId = new Map(notifications.map((notification) => [notification.id, notification]));
        return claimed.flatMap(({ notification_id, channel, attempts }) => {
          const notification = byId.get(notification_id);
          return notification ? [{ channel, attempts, notification }] : [];
        });
      });
    },

    /** Stores the success of an attempt. */
    async markDelivered({ channel, notification }: ClaimedDelivery): Promise<void> {
      await acrossUsers(db, (tx) =>
        tx
          .updateTable('vc_private.notification_deliveries')
          .set({ delivered_at: sql<Date>`now()`, last_error: null })
          .where('notification_id', '=', notification.id)
          .where('channel', '=', channel)
          .execute(),
      );
    },

    /** Stores the failure of an attempt, unless another one has begun since. Without `retryInMs`, no attempt follows. */
    async markFailed(
      { channel, attempts, notification }: ClaimedDelivery,
      error: string,
      retryInMs: number | undefined,
    ): Promise<void> {
      const after = sql<Date>`now() + make_interval(secs => ${(retryInMs ?? 0) / 1_000})`;
      await acrossUsers(db, (tx) =>
        tx
          .updateTable('vc_private.notification_deliveries')
          .set({
            last_error: error,
            ...(retryInMs === undefined ? { failed_at: sql<Date>`now()` } : { next_attempt_at: after }),
          })
          .where('notification_id', '=', notification.id)
          .where('channel', '=', channel)
          .where('attempts', '=', attempts)
          .where('delivered_at', 'is', null)
          .execute(),
      );
    },

    /** Lists notifications, newest first. With a status, only those with a delivery in that state. */
    list(status: DeliveryStatus | undefined, request: PageRequest): Promise<ListPage<AddressedNotification>> {
      return acrossUsers(db, async (tx) => {
        const all = tx.selectFrom('vc_private.notifications as notification').selectAll();
        const matching = status === undefined ? all : all.where(hasDelivery(status));
        const page = await selectPage(matching, newestFirst, request);
        const deliveries = await deliveriesOf(tx, page.items);
        return mapPage(page, (row) => withDeliveries(row, deliveries));
      });
    },

    /**
     * Makes the deliveries of a notification that have failed, or wait for a retry, due at once with all their attempts, and
     * records that in the audit log. Undefined if there is no such notification.
     */
    redeliver(
      id: string,
      factOf: (deliveries: readonly DeliveryRow[]) => AuditFact,
    ): Promise<AddressedNotification | undefined> {
      return acrossUsers(db, async (tx) => {
        const notification = await tx
          .selectFrom('vc_private.notifications')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst();
        if (!notification) return undefined;
        const stalled = await tx
          .selectFrom('vc_private.notification_deliveries')
          .selectAll()
          .where('notification_id', '=', id)
          .where('delivered_at', 'is', null)
          .where('last_error', 'is not', null)
          .where(({ or, eb }) =>
            or([eb('failed_at', 'is not', null), eb('next_attempt_at', '>', sql<Date>`now()`)]),
          )
          .orderBy('channel')
          .forUpdate()
          .execute();
        if (stalled.length > 0) {
          await tx
            .updateTable('vc_private.notification_deliveries')
            .set({ failed_at: null, attempts: 0, next_attempt_at: sql<Date>`now()` })
            .where('notification_id', '=', id)
            .where(
              'channel',
              'in',
              stalled.map(({ channel }) => channel),
            )
            .execute();
          await recordAudit(tx, factOf(stalled));
        }
        return withDeliveries(notification, await deliveriesOf(tx, [notification]));
      });
    },

    /** Counts the undelivered notifications of each of the channels, zeros included. */
    async countUndelivered(channels: readonly string[]): Promise<readonly UndeliveredCount[]> {
      const { rows } = await acrossUsers(db, (tx) =>
        sql<UndeliveredCount>`
          select
            channel,
            count(created_at) filter (where failed_at is null)::int as waiting,
            count(created_at) filter (where failed_at > now() - interval '24 hours')::int as failed,
            coalesce(
              extract(epoch from now() - min(created_at) filter (where failed_at is null)), 0
            )::float8 as "oldestWaitingSeconds"
          from unnest(${channels}::text[]) as channel
          left join (
            select channel, failed_at, created_at
            from vc_private.notification_deliveries
            join vc_private.notifications on id = notification_id
            where delivered_at is null
          ) undelivered using (channel)
          group by channel`.execute(tx),
      );
      return rows;
    },

    /** Deletes notifications and their deliveries after 90 days. */
    async deleteOld(): Promise<void> {
      await acrossUsers(db, (tx) =>
        tx
          .deleteFrom('vc_private.notifications')
          .where('created_at', '<', sql<Date>`now() - interval '90 days'`)
          .execute(),
      );
    },
  };
}

const deliveredState = {
  waiting: sql<boolean>`delivered_at is null and failed_at is null`,
  delivered: sql<boolean>`delivered_at is not null`,
  failed: sql<boolean>`failed_at is not null`,
} as const satisfies Readonly<Record<DeliveryStatus, unknown>>;

function hasDelivery(status: DeliveryStatus) {
  return sql<boolean>`exists (
    select from vc_private.notification_deliveries
    where notification_id = notification.id and ${deliveredState[status]}
  )`;
}

async function deliveriesOf(
  tx: Kysely<Database>,
  notifications: readonly StoredNotification[],
): Promise<readonly DeliveryRow[]> {
  if (notifications.length === 0) return [];
  return tx
    .selectFrom('vc_private.notification_deliveries')
    .selectAll()
    .where(
      'notification_id',
      'in',
      notifications.map(({ id }) => id),
    )
    .orderBy('channel')
    .execute();
}

function withDeliveries(
  notification: StoredNotification,
  deliveries: readonly DeliveryRow[],
): AddressedNotification {
  return {
    ...notification,
    deliveries: deliveries.filter(({ notification_id }) => notification_id === notification.id),
  };
}
