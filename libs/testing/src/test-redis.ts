import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import './provided.ts';

export interface TestRedis {
  readonly url: string;
  /** Below which all keys and channels of the test file must lie. */
  readonly prefix: string;
  readonly client: Redis;
  /** Deletes what is below the prefix. */
  clear(): Promise<void>;
  /** Clears and closes the client. */
  stop(): Promise<void>;
}

/** A key space of its own in the real Redis; call `stop` when the file is done. */
export function createTestRedis(): TestRedis {
  const url = inject('redisUrl');
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const client = new Redis(url);
  const clear = async (): Promise<void> => {
    for await (const keys of client.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
      if (keys.length > 0) await client.unlink(...keys);
    }
  };
  return {
    url,
    prefix,
    client,
    clear,
    async stop() {
      await clear();
      await client.quit();
    },
  };
}
