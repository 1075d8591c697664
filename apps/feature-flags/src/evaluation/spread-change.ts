import { publish, type Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import type { CurrentFlags } from './current-flags.ts';

/**
 * What follows a committed change: this process knows it before the change is answered, everybody else hears of it.
 * Never rejects: whoever could not be told finds out by polling.
 */
export function spreadChange(options: {
  readonly current: CurrentFlags;
  readonly redis: Redis;
  readonly channel: string;
  readonly log: Logger;
}): () => Promise<void> {
  const missed = (err: unknown): void => options.log.warn({ err }, 'a changed flag could not be announced');
  return async () => {
    try {
      const { version } = await options.current.renewed();
      // Not waited for: a Redis that is away must not hold up the switch that somebody has just thrown.
      publish(options.redis, options.channel, version).catch(missed);
    } catch (error) {
      missed(error);
    }
  };
}
