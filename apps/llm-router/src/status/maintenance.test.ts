import { type AuditFact, auditFact, createAuditFacts } from '@valuecanvas/contracts-core';
import { type AuditJournal, createAuditJournal, streamOf } from '@valuecanvas/journal';
import { createKeys, createRedis } from '@valuecanvas/redis';
import type { Call } from '@valuecanvas/service-kit';
import { createTestRedis, type TestRedis, userPrincipal } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderClient } from '../routing/provider-client.ts';
import { createCacheCounts } from '../telemetry/observe-completions.ts';
import { statusRoutes } from './routes.ts';

const principal = userPrincipal({ role: 'operator' });
let redis: TestRedis;

beforeAll(() => {
  redis = createTestRedis();
});
afterAll(() => redis.stop());

const factOf = createAuditFacts({ newId: () => '0190a5b0-0000-7000-8000-000000000001', now: () => 0 });
const journal = () =>
  createAuditJournal({ redis: redis.client, keys: createKeys(redis.prefix), maxLength: 100, factOf });

async function recorded(): Promise<AuditFact[]> {
  const stream = streamOf(createKeys(redis.prefix), auditFact);
  const entries = await redis.client.xrange(stream, '-', '+');
  await redis.client.del(stream);
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? ''));
}

const closed = [{ provider: 'openai', model: 'gpt-4o-mini' }];
const states = [{ provider: 'openai', model: 'gpt-4o-mini', state: 'open' }];

const client = {
  provider: { id: 'openai' },
  breakers: { states: () => ({ 'gpt-4o-mini': 'open' }) },
} as unknown as ProviderClient;

/** The two routes, recording into `audit`, with the changes that they made. */
function routes(audit: AuditJournal) {
  const changes: unknown[] = [];
  const { resetBreakers, clearCache } = statusRoutes({
    clients: [client],
    cacheCounts: createCacheCounts(),
    since: '2026-01-01T00:00:00.000Z',
    instance: 'a0b1c2d3',
    audit,
    breakers: {
      reset: async () => {
        changes.push('reset');
        return closed;
      },
      history: async () => [],
    },
    clearCache: async (model) => changes.push(model) + 6,
  });
  const callOf = (operation: string, query: object = {}) =>
    ({
      principal,
      query,
      operation,
      requestId: 'r-1',
      log: { info: () => undefined },
      header: () => undefined,
    }) as unknown as Call<never>;
  return { resetBreakers, clearCache, callOf, changes };
}

test('a reset names the breakers that it closed, and is recorded with the states before it', async () => {
  const { resetBreakers, callOf } = routes(journal());
  expect(await resetBreakers(callOf('llm.resetBreakers'))).toEqual({ closed });
  expect(await recorded()).toMatchObject([
    {
      operation: 'llm.resetBreakers',
      actor: { userId: principal.userId, role: 'operator' },
      target: { kind: 'breakers', id: 'all' },
      before: states,
    },
  ]);
});

test.each([
  [undefined, 'all'],
  ['small', 'small'],
])('the cache is cleared of the model %s, and that is recorded', async (model, id) => {
  const { clearCache, callOf, changes } = routes(journal());
  expect(await clearCache(callOf('llm.clearCache', { model }))).toEqual({ removed: 7 });
  expect(changes).toEqual([model]);
  expect(await recorded()).toMatchObject([{ operation: 'llm.clearCache', target: { kind: 'cache', id } }]);
});

test.each([
  ['Redis is unavailable', 'redis://127.0.0.1:1', 100, 'DEPENDENCY_UNAVAILABLE'],
  ['too many records wait', undefined, 0, 'OVERLOADED'],
])('without a record, nothing changes: %s', async (_, url, maxLength, code) => {
  const client = createRedis({ url: url ?? redis.url, name: 'test', onError: () => undefined });
  const audit = createAuditJournal({ redis: client, keys: createKeys(redis.prefix), maxLength, factOf });
  const { resetBreakers, clearCache, callOf, changes } = routes(audit);
  await expect(resetBreakers(callOf('llm.resetBreakers'))).rejects.toMatchObject({ code });
  await expect(clearCache(callOf('llm.clearCache'))).rejects.toMatchObject({ code });
  client.disconnect();
  expect(changes).toEqual([]);
});
