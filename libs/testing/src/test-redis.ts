import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import './provided.ts';

export interface TestRedis {
  readonly url: string;
  /** Prefix of all keys and channels of the test file. */
  readonly prefix: string;
  readonly client: Redis;
  /** Deletes all keys below the prefix. */
  clear(): Promise<void>;
  /** Clears and closes the client. */
  stop(): Promise<void>;
}

/** Opens a separate key space in the real Redis. Call `stop` at the end of the file. */
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
