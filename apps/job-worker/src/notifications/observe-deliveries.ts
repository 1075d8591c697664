import { metricCatalogue, type ObservedMetrics } from '@valuecanvas/contracts-core';
import type { NotificationsStore } from './notifications.store.ts';

/** Exports the undelivered notifications of each channel, for the alert on receivers that keep failing. */
export function observeDeliveries(
  metrics: ObservedMetrics,
  { countUndelivered }: Pick<NotificationsStore, 'countUndelivered'>,
  channels: readonly string[],
): void {
  metrics.observe(metricCatalogue.notificationDeliveries, async () =>
    (await countUndelivered(channels)).flatMap(({ channel, waiting, failed }) => [
      { labels: { channel, state: 'waiting' }, value: waiting },
      { labels: { channel, state: 'failed' }, value: failed },
    ]),
  );
  metrics.observe(metricCatalogue.notificationOldest, async () =>
    (await countUndelivered(channels)).map(({ channel, oldestWaitingSeconds }) => ({
      labels: { channel },
      value: Math.max(0, oldestWaitingSeconds),
    })),
  );
}
