import { lengthen } from '@valuecanvas/resilience';
import type { Channel } from './channels.ts';
import type { ClaimedDelivery, NotificationsStore } from './notifications.store.ts';

/** Longer than an attempt can take, so that a replica that died is the only one that loses its claim. */
const leaseMs = 60_000;

/** Deliveries attempted at once. */
const batchSize = 10;

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** Delays before the retries: 12 attempts within a day. */
const retryDelaysMs = [
  5 * second,
  30 * second,
  2 * minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
  6 * hour,
  8 * hour,
];

/**
 * Creates the round that delivers due notifications. A receiver gets each notification at least once: after a crash between
 * the answer of the receiver and the write of the outcome, the same message is sent again with the same ID.
 */
export function createDeliverer(parts: {
  readonly store: NotificationsStore;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly delaysMs?: readonly number[];
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}): (signal: AbortSignal) => Promise<void> {
  const { store, channels, delaysMs = retryDelaysMs, log } = parts;
  const names = [...channels.keys()];

  const deliver = async (delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> => {
    const { channel, attempts, notification } = delivery;
    try {
      await channels.get(channel)?.(notification, signal);
    } catch (error) {
      // The platform stops: the next replica continues at once.
      if (signal.aborted) return await store.markFailed(delivery, 'The attempt was interrupted.', 0);
      const reason = error instanceof Error ? error.message : String(error);
      const delayMs = delaysMs[attempts - 1];
      await store.markFailed(delivery, reason, delayMs === undefined ? undefined : lengthen(delayMs, 0.2));
      const fields = { channel, attempts, reason, notificationId: notification.id };
      if (delayMs === undefined) log.error(fields, 'notifications: delivery given up');
      else log.warn(fields, 'notifications: delivery failed');
      return;
    }
    await store.markDelivered(delivery);
  };

  return async (signal) => {
    await store.dispatch(names);
    let claimed: ClaimedDelivery[];
    do {
      claimed = await store.claim(names, batchSize, leaseMs);
      await Promise.all(claimed.map((delivery) => deliver(delivery, signal)));
    } while (claimed.length === batchSize && !signal.aborted);
  };
}
