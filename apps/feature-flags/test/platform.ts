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

/** The service with real servers below it, of which a test can start as many replicas as it wants. */
export interface Platform {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly identities: TestIdentities;
  startReplica(settings?: Record<string, string>): Promise<TestService>;
}

export const admin: UserPrincipal = userPrincipal({ role: 'admin' });

/** A database, a key space and keys for a test file; what it has started ends with it. */
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
