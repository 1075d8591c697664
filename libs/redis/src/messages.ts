import type { Redis } from 'ioredis';

/** Publishes to every process subscribed to `channel`. Disconnected processes miss it, so it may only be a hint. */
export async function publish(redis: Redis, channel: string, message: string): Promise<void> {
  await redis.publish(channel, message);
}

/**
 * Calls `onMessage` for each message on `channel`, and with undefined after every (re)connection, since messages may have
 * been missed. `redis` must be a waiting connection that has no other use.
 */
export function subscribe(
  redis: Redis,
  channel: string,
  onMessage: (message: string | undefined) => void,
): void {
  redis.on('message', (from: string, message: string) => {
    if (from === channel) onMessage(message);
  });
  redis.on('ready', () => onMessage(undefined));
  // The connection renews lost subscriptions itself; only the first attempt can reject here.
  redis.subscribe(channel).catch(() => undefined);
}
