import { promptsChannel } from '@valuecanvas/contracts-prompt-registry';
import { type Keys, publish, type Redis } from '@valuecanvas/redis';
import type { Logger } from '@valuecanvas/service-kit';
import type { SnapshotService } from './snapshot.service.ts';

/**
 * Tells every process which snapshot is the current one; to be called after the change is committed. Never rejects:
 * those who do not hear of it find out by polling.
 */
export function createAnnouncer(options: {
  readonly snapshots: SnapshotService;
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
}): () => Promise<void> {
  const { snapshots, redis, keys, log } = options;
  return async () => {
    try {
      const { version } = await snapshots.current();
      await publish(redis, keys(...promptsChannel), version);
    } catch (err) {
      log.warn({ err }, 'a change of prompts could not be announced: it spreads by polling');
    }
  };
}
