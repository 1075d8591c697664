import { randomUUID } from 'node:crypto';
import type { FactDefinition, FactOf } from '@valuecanvas/contracts-core';
import { createDatabase } from '@valuecanvas/postgres';
import { createKeys, createRedis, createWaitingRedis, type Keys, type Redis } from '@valuecanvas/redis';
import { createTestDatabase, createTestRedis, type TestDatabase, type TestRedis } from '@valuecanvas/testing';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Database } from '../../db.ts';

/** A journal that no other test drains. */
export interface OwnJournal {
  readonly keys: Keys;
  readonly prefix: string;
  record<F extends FactDefinition>(definition: F, ...facts: readonly FactOf<F>[]): Promise<void>;
  recordText(definition: FactDefinition, text: string, ...stream: readonly 'dead'[]): Promise<void>;
  waiting(definition: FactDefinition): Promise<number>;
  dead(definition: FactDefinition): Promise<number>;
}

/** PostgreSQL as the router's role, and Redis, for one test file. */
export function useServers() {
  let database: TestDatabase;
  let redis: TestRedis;

  beforeAll(async () => {
    database = await createTestDatabase();
    redis = createTestRedis();
  });
  afterAll(async () => {
    await redis.stop();
    await database.drop();
  });

  /** Connects as the router's role. Closes with the test. */
  const connect = (url = database.urlFor('llm-router')): Kysely<Database> => {
    const options = { applicationName: 'in-test', poolSize: 2, onError: () => undefined };
    const opened = createDatabase<Database>({ url, ...options });
    onTestFinished(() => opened.close());
    return opened.db;
  };

  return {
    get database() {
      return database;
    },
    get redis() {
      return redis;
    },
    connect,

    /** Opens another service connection to Redis. Closes with the test. */
    connectRedis(url = redis.url, connection: 'commands' | 'waiting' = 'commands'): Redis {
      const open = connection === 'waiting' ? createWaitingRedis : createRedis;
      const opened = open({ url, name: randomUUID(), onError: () => undefined });
      onTestFinished(() => opened.disconnect());
      return opened;
    },

    ownJournal(): OwnJournal {
      const prefix = `${redis.prefix}:${randomUUID()}`;
      const keys = createKeys(prefix);
      const { client } = redis;
      return {
        keys,
        prefix,
        async record(definition, ...facts) {
          const stream = keys('journal', definition.name);
          for (const fact of facts) await client.xadd(stream, '*', 'fact', JSON.stringify(fact));
        },
        async recordText(definition, text, ...stream) {
          await client.xadd(keys('journal', definition.name, ...stream), '*', 'fact', text);
        },
        waiting: (definition) => client.xlen(keys('journal', definition.name)),
        dead: (definition) => client.xlen(keys('journal', definition.name, 'dead')),
      };
    },
  };
}
