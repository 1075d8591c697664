import { randomUUID } from 'node:crypto';
import { costAlert, llmUsage } from '@valuecanvas/contracts-llm-router';
import { streamOf } from '@valuecanvas/journal';
import { createKeys, createRedis, type Keys, type Redis } from '@valuecanvas/redis';
import { createTestRedis, fakeClock, type TestRedis } from '@valuecanvas/testing';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type AdmissionControl, createAdmissionControl } from '../admission.ts';
import { type AnswerCache, createAnswerCache } from '../answer-cache.ts';
import type { Period, Scope } from '../counters.ts';
import type { SpentSource } from '../seeding.ts';
import type { CacheBounds } from '../types.ts';
import { type RowInTest, spentByRows } from './rows-in-test.ts';

/** Noon, far from the end of any period. */
export const noon = Date.UTC(2026, 10, 25, 12);

const roomy: CacheBounds = { maxBytes: 1_000_000, maxEntryBytes: 100_000 };

/** The admission part of a router process. */
export interface ProcessInTest {
  readonly admission: AdmissionControl;
  readonly cache: AnswerCache;
  readonly redis: Redis;
}

export interface DeploymentSettings {
  readonly bounds?: CacheBounds;
  readonly cacheElsewhere?: boolean;
  /** Default: the same server. */
  readonly cacheUrl?: string;
  readonly maxFacts?: number;
  readonly startsAt?: number;
  /** Default: the sum of the rows in the journal. */
  readonly spent?: SpentSource;
}

/** The test file's Redis, with independent deployments. */
export function useDeployments() {
  let testRedis: TestRedis;
  beforeAll(() => {
    testRedis = createTestRedis();
  });
  afterAll(() => testRedis.stop());
  return {
    url: () => testRedis.url,
    deploy: (settings: DeploymentSettings = {}): DeploymentInTest =>
      createDeployment(testRedis, createKeys(`${testRedis.prefix}:${randomUUID()}`), settings),
  };
}

function connect(url: string): Redis {
  const redis = createRedis({ url, name: 'in-test', onError: () => undefined });
  onTestFinished(() => redis.disconnect());
  return redis;
}

export type DeploymentInTest = ReturnType<typeof createDeployment>;

/** One deployment: its clock, its processes, and their state in Redis. */
function createDeployment({ url: ownUrl, client }: TestRedis, keys: Keys, settings: DeploymentSettings) {
  const { bounds = roomy, cacheElsewhere = false, maxFacts = 10_000, startsAt = noon, spent } = settings;
  const clock = fakeClock(startsAt);
  const errors: unknown[] = [];

  const facts = async (stream: string): Promise<unknown[]> => {
    const entries = await client.xrange(stream, '-', '+');
    return entries.map(([, fields]) => JSON.parse(String(fields[fields.indexOf('fact') + 1])));
  };
  const rows = async () => (await facts(streamOf(keys, llmUsage))) as RowInTest[];
  const startLengths = { hour: 13, day: 10, month: 7 };
  const spentKey = (scope: Scope, period: Period, userId = ''): string => {
    const start = new Date(clock.now()).toISOString().slice(0, startLengths[period]);
    return scope === 'user' ? keys('spent', 'u', userId, start) : keys('spent', 'p', start);
  };

  /** Starts another process with its own connection, which closes with the test. */
  const process = (url = ownUrl): ProcessInTest => {
    const redis = connect(url);
    const cacheRedis = settings.cacheUrl === undefined ? redis : connect(settings.cacheUrl);
    // The separate cache is the same server under another prefix, so that no script can find its keys.
    const cacheKeys: Keys = cacheElsewhere ? (...parts) => keys('elsewhere', ...parts) : keys;
    const { now } = clock;
    const cache = createAnswerCache({
      redis: cacheRedis,
      keys: cacheKeys,
      now,
      bounds,
      inline: !cacheElsewhere,
    });
    const admission = createAdmissionControl({
      ...{ redis, keys, now, cache, maxFacts },
      spent: spent ?? (async (counter) => spentByRows(await rows(), counter)),
      onError: (error) => void errors.push(error),
    });
    return { admission, cache, redis };
  };

  return {
    keys,
    clock,
    redis: client,
    /** Reported background errors. */
    errors,
    process,
    /** Two processes that alternate: one for even numbers, the other for odd ones. */
    twoProcesses() {
      const [even, odd] = [process(), process()];
      return (turn: number): ProcessInTest => (turn % 2 === 0 ? even : odd);
    },
    /** The rows in the journal, in their order. */
    rows,
    /** The alerts in the journal. */
    alerts: () => facts(streamOf(keys, costAlert)),
    spentKey,
    /** Undefined if the counter does not exist. */
    async spent(scope: Scope, period: Period, userId = ''): Promise<bigint | undefined> {
      const amount = await client.get(spentKey(scope, period, userId));
      return amount === null ? undefined : BigInt(amount);
    },
    async heldBy(userId: string): Promise<bigint> {
      return BigInt((await client.hget(keys('held', 'u', userId), 'total')) ?? 0);
    },
    async heldByAll(): Promise<bigint> {
      return BigInt((await client.get(keys('held', 'p'))) ?? 0);
    },
    /** Names of all keys for calls in flight: none if there is no such call. */
    async holding(): Promise<string[]> {
      const names: string[] = [];
      for await (const found of client.scanStream({ match: `${keys('')}*`, count: 1_000 }))
        names.push(...found);
      return names.filter((name) => /^(held|leases|flight)\b/.test(name.slice(keys('').length)));
    },
  };
}
