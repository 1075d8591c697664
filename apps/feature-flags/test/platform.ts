import type { UserPrincipal } from '@valuecanvas/contracts-core';
import {
  createTestDatabase,
  createTestIdentities,
  createTestRedis,
  startTestService,
  type TestDatabase,
  type TestIdentities,
  type TestRedis,
  type TestService,
  userPrincipal,
} from '@valuecanvas/testing';
import { afterAll, beforeAll } from 'vitest';
import { featureFlagsService } from '../src/app.ts';

/** Flag service with real servers. A test can start any number of replicas. */
export interface Platform {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly identities: TestIdentities;
  startReplica(settings?: Record<string, string>): Promise<TestService>;
}

export const admin: UserPrincipal = userPrincipal({ role: 'admin' });

/** Creates a database, a key space and keys for a test file. Everything that it starts stops with the file. */
export function usePlatform(): Platform {
  const parts = {} as { database: TestDatabase; redis: TestRedis; identities: TestIdentities };
  const running = new Set<() => Promise<void>>();
  beforeAll(async () => {
    parts.database = await createTestDatabase();
    parts.redis = createTestRedis();
    parts.identities = await createTestIdentities();
  });
  afterAll(async () => {
    await Promise.all([...running].map((stop) => stop()));
    await parts.redis.stop();
    await parts.database.drop();
  });
  return {
    get database() {
      return parts.database;
    },
    get redis() {
      return parts.redis;
    },
    get identities() {
      return parts.identities;
    },
    async startReplica(settings = {}) {
      const environment = {
        DATABASE_URL: parts.database.urlFor('feature-flags'),
        REDIS_URL: parts.redis.url,
        REDIS_KEY_PREFIX: parts.redis.prefix,
        ...settings,
      };
      const replica = await startTestService(featureFlagsService, environment, parts.identities);
      const stop = async () => {
        running.delete(stop);
        await replica.stop();
      };
      running.add(stop);
      return { ...replica, stop };
    },
  };
}
