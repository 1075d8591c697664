import type { Redis } from 'ioredis';

/** Tells every process that listens on `channel`; whoever is away misses it, so it must only be a hint. */
export async function publish(redis: Redis, channel: string, message: string): Promise<void> {
  await redis.publish(channel, message);
}

/**
 * Calls `onMessage` for each message on `channel`, and once after every (re)connection with undefined, as messages may
 * have been missed meanwhile. `redis` must be a waiting connection used for nothing else.
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
  // A lost subscription is renewed by the connection itself; only a first attempt can be rejected here.
  redis.subscribe(channel).catch(() => undefined);
}
