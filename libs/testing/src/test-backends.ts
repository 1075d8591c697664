import type { ServiceName } from '@valuecanvas/contracts-core';
import type { Environment } from '@valuecanvas/service-kit';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { createTestIdentities, type TestIdentities } from './test-identities.ts';
import { createTestRedis, type TestRedis } from './test-redis.ts';

/** Database, key space in Redis and service keys of a test file. */
export interface TestBackends {
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly identities: TestIdentities;
  /** Returns the variables with which a service reaches its database and Redis. */
  environmentOf(service: ServiceName): Environment;
  /** Returns the same variables and the keys of a service that runs in a separate process. */
  processEnvironmentOf(service: ServiceName): Environment;
  stop(): Promise<void>;
}

/** Creates the backends of a test file. Call `stop` at the end of the file, after its services have stopped. */
export async function createTestBackends(): Promise<TestBackends> {
  const [database, identities] = await Promise.all([createTestDatabase(), createTestIdentities()]);
  const redis = createTestRedis();
  const environmentOf = (service: ServiceName): Environment => ({
    DATABASE_URL: database.urlFor(service),
    REDIS_URL: redis.url,
    REDIS_KEY_PREFIX: redis.prefix,
  });
  return {
    database,
    redis,
    identities,
    environmentOf,
    processEnvironmentOf: (service) => ({
      ...environmentOf(service),
      INTERNAL_PUBLIC_KEYS: identities.publicKeys,
      INTERNAL_SIGNING_KEY: identities.signingKey(service),
    }),
    async stop() {
      await redis.stop();
      await database.drop();
    },
  };
}
