import type { UserPrincipal } from '@valuecanvas/contracts-core';
import {
  createTestBackends,
  startTestService,
  type TestBackends,
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
  let backends: TestBackends;
  const running = new Set<() => Promise<void>>();
  beforeAll(async () => {
    backends = await createTestBackends();
  });
  afterAll(async () => {
    await Promise.all([...running].map((stop) => stop()));
    await backends.stop();
  });
  return {
    get database() {
      return backends.database;
    },
    get redis() {
      return backends.redis;
    },
    get identities() {
      return backends.identities;
    },
    async startReplica(settings = {}) {
      const environment = { ...backends.environmentOf('feature-flags'), ...settings };
      const replica = await startTestService(featureFlagsService, environment, backends.identities);
      const stop = async () => {
        running.delete(stop);
        await replica.stop();
      };
      running.add(stop);
      return { ...replica, stop };
    },
  };
}
