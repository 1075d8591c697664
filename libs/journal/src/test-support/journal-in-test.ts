import { randomUUID } from 'node:crypto';
import { defineFact, type FactOf } from '@valuecanvas/contracts-core';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import type { TestRedis } from '@valuecanvas/testing';
import Type from 'typebox';
import { onTestFinished } from 'vitest';
import { createJournal } from '../create-journal.ts';
import { type Drain, type DrainOptions, startDrain } from '../start-drain.ts';
import { deadLetterStreamOf, streamOf } from '../streams.ts';

export const spent = defineFact({
  name: 'test.spent',
  owner: 'llm-router',
  description: 'Something was spent.',
  schema: Type.Object({
    id: Type.String({ description: 'Which.' }),
    amount: Type.Integer({ description: 'How much.' }),
  }),
});
export type Spent = FactOf<typeof spent>;

/** A store that keeps each fact once, like a table with a primary key. Tests can make it fail. */
export function storeInTest() {
  const stored: string[] = [];
  const poison = new Set<string>();
  let unavailable = false;
  let calls = 0;
  return {
    stored,
    poison,
    calls: () => calls,
    setUnavailable(value: boolean) {
      unavailable = value;
    },
    async store(facts: readonly Spent[]): Promise<void> {
      calls += 1;
      if (unavailable) throw new Error('unavailable');
      if (facts.some(({ id }) => poison.has(id))) throw new Error('refused');
      for (const { id } of facts) if (!stored.includes(id)) stored.push(id);
    },
    isTemporary: (error: unknown) => error instanceof Error && error.message === 'unavailable',
  };
}

/** A separate journal under the test file's key prefix. Its drains stop with the test. */
export function journalInTest(testRedis: TestRedis, maxLength = 1_000) {
  const keys = createKeys(`${testRedis.prefix}:${randomUUID()}`);
  const redis = testRedis.client;
  const journal = createJournal(spent, { redis, keys, maxLength });
  return {
    journal,
    keys,
    stream: streamOf(keys, spent),
    async recordAll(...ids: readonly string[]) {
      for (const id of ids) await journal.record({ id, amount: 1 });
    },
    waiting: () => redis.xlen(streamOf(keys, spent)),
    async dead(): Promise<string[]> {
      const entries = await redis.xrange(deadLetterStreamOf(keys, spent), '-', '+');
      return entries.map(([, fields]) => fields[1] ?? '');
    },
    drain(
      options: Pick<DrainOptions<typeof spent>, 'store' | 'isTemporary'> &
        Partial<DrainOptions<typeof spent>>,
    ): Drain {
      const { consumer = randomUUID() } = options;
      const connection = createWaitingRedis({ url: testRedis.url, name: consumer, onError: () => undefined });
      const drain = startDrain(spent, {
        redis: connection,
        keys,
        onError: () => undefined,
        ...options,
        consumer,
      });
      onTestFinished(() => {
        connection.disconnect();
        return drain.stop();
      });
      return drain;
    },
    /** Closes a drain's connection from the server. */
    async loseConnection(consumer: string): Promise<void> {
      const clients = String(await redis.client('LIST')).split('\n');
      const id = /\bid=(\d+)/.exec(clients.find((line) => line.includes(`name=${consumer} `)) ?? '')?.[1];
      if (!id) throw new Error(`No drain is connected as ${consumer}.`);
      await redis.client('KILL', 'ID', id);
    },
  };
}
