import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, NotificationsTable } from '../db.ts';

export type StoredNotification = Selectable<NotificationsTable>;

/** An attempt to deliver a notification on a channel. */
export interface ClaimedDelivery {
  readonly channel: string;
  /** Number of this attempt, from 1. */
  readonly attempts: number;
  readonly notification: StoredNotification;
}

/** Notifications older than this are not addressed: after a new configuration, no backlog is sent. */
const newerThan = sql`now() - interval '24 hours'`;

export type NotificationsStore = ReturnType<typeof createNotificationsStore>;

export function createNotificationsStore(db: Kysely<Database>) {
  return {
    /** Addresses new notifications to the channels. */
    async dispatch(channels: readonly string[]): Promise<void> {
      await acrossUsers(db, (tx) =>
        sql`
          with dispatched as (
            update vc_private.notifications set dispatched_at = now()
            where id in (
              select id from vc_private.notifications where dispatched_at is null
              order by created_at limit 100 for update skip locked
            )
            returning id, created_at
          )
          insert into vc_private.notification_deliveries (notification_id, channel)
          select id, channel from dispatched cross join unnest(${channels}::text[]) as channel
          where created_at > ${newerThan}
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

    /** Stores the failure of an attempt, unless another one has succeeded since. Without `retryInMs`, no attempt follows. */
    async markFailed(
      { channel, notification }: ClaimedDelivery,
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
          .where('delivered_at', 'is', null)
          .execute(),
      );
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
