import { type PromptExecution, promptExecution } from '@valuecanvas/contracts-prompt-registry';
import { createJournal, type Journal } from '@valuecanvas/journal';
import { createKeys } from '@valuecanvas/redis';
import { eventually } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
let journal: Journal<typeof promptExecution>;
beforeAll(async () => {
  registry = await startRegistry();
  journal = createJournal(promptExecution, {
    redis: registry.redis.client,
    keys: createKeys(registry.redis.prefix),
    maxLength: 1_000,
  });
});
afterAll(() => registry.stop());

let keys = 0;
async function activeVersion() {
  keys += 1;
  const version = await registry.create({ promptKey: `used.${'x'.repeat(keys)}` });
  await registry.activate(version);
  return version;
}

const execution = (settings: Partial<PromptExecution>): PromptExecution => ({
  id: uuidv7(),
  promptVersionId: uuidv7(),
  userId: registry.user.userId,
  requestId: 'request-1',
  operation: 'canvas.generate',
  success: true,
  latencyMs: 0,
  costNanos: 0,
  promptTokens: 0,
  completionTokens: 0,
  ...settings,
});

/** Returns the dead-letter stream as text, to search for ids. */
const laidAside = async () => {
  const dead = createKeys(registry.redis.prefix)('journal', promptExecution.name, 'dead');
  return JSON.stringify(await registry.redis.client.xrange(dead, '-', '+'));
};

const performanceOf = async (promptKey: string) =>
  (await registry.as(registry.user, `/api/prompts/${promptKey}`)).body.data.performance;

const recorded = (promptKey: string, executions: number) =>
  eventually(async () => {
    const performance = await performanceOf(promptKey);
    expect(performance.executions).toBe(executions);
    return performance;
  });

const rate = (id: string, body: object, as = registry.user) =>
  registry.as(as, `/api/prompts/executions/${id}/feedback`, { method: 'POST', body });

test('the performance of a version is computed from the executions of all users', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const first = execution({
    promptVersionId,
    provider: 'together_ai',
    model: 'm',
    latencyMs: 100.4,
    costNanos: 3,
    promptTokens: 10,
    completionTokens: 20,
  });
  const second = execution({
    promptVersionId,
    userId: registry.admin.userId,
    success: false,
    errorCode: 'LLM_TIMEOUT',
    latencyMs: 300,
    costNanos: 1,
  });
  for (const fact of [first, second]) await journal.record(fact);
  const performance = await recorded(promptKey, 2);
  expect(performance).toMatchObject({
    successRate: 0.5,
    avgLatency: 200,
    avgTokens: 15,
    userSatisfaction: 0,
  });
  expect(performance.avgCost).toBeCloseTo(0.000_000_002, 12);
});

test('a fact of the previous release, which has dollars, is stored with its exact cost', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const { costNanos: _costNanos, ...fact } = execution({ promptVersionId, cost: 0.000_000_007 });
  await journal.record(fact);
  await recorded(promptKey, 1);
  const rows = await registry.database.query('select cost_nanos from prompt_executions where id = $1', [
    fact.id,
  ]);
  expect(rows).toEqual([{ cost_nanos: '7' }]);
});

test('a fact that is delivered twice counts once', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const fact = execution({ promptVersionId });
  for (const each of [fact, fact, execution({ promptVersionId })]) await journal.record(each);
  await recorded(promptKey, 2);
  const rows = await registry.database.query('select 1 from prompt_executions where id = $1', [fact.id]);
  expect(rows).toHaveLength(1);
  expect(await laidAside()).not.toContain(fact.id);
});

test('an execution keeps the time at which it happened', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const at = new Date('2026-01-02T03:04:05.678Z');
  const fact = execution({ id: uuidv7({ msecs: at.getTime() }), promptVersionId });
  await journal.record(fact);
  await recorded(promptKey, 1);
  const rows = await registry.database.query('select created_at from prompt_executions where id = $1', [
    fact.id,
  ]);
  expect(rows).toEqual([{ created_at: at }]);
});

test('a fact of an unknown version becomes a dead letter and does not delay the others', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const stray = execution({});
  for (const fact of [stray, execution({ promptVersionId })]) await journal.record(fact);
  await recorded(promptKey, 1);
  expect(await laidAside()).toContain(stray.id);
});

test('a page of versions contains the performance of each', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  await registry.create({ promptKey });
  await journal.record(execution({ promptVersionId }));
  await recorded(promptKey, 1);
  const { body } = await registry.as(registry.admin, `/api/prompts/versions?promptKey=${promptKey}`);
  const executions = body.data.map(
    ({ performance }: { performance: { executions: number } }) => performance.executions,
  );
  expect(executions).toEqual([0, 1]);
});

test('a user rates their own execution, and a second rating replaces the first', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const fact = execution({ promptVersionId });
  await journal.record(fact);
  await recorded(promptKey, 1);
  expect((await rate(fact.id, { rating: 1, comment: 'no' })).status).toBe(204);
  expect((await rate(fact.id, { rating: 4 })).status).toBe(204);
  expect((await performanceOf(promptKey)).userSatisfaction).toBe(4);
  const [row] = await registry.database.query('select rating, comment from prompt_executions where id = $1', [
    fact.id,
  ]);
  expect(row).toEqual({ rating: 4, comment: null });
});

test('no user can rate another user’s execution, not even an admin', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const fact = execution({ promptVersionId });
  await journal.record(fact);
  await recorded(promptKey, 1);
  expect((await rate(fact.id, { rating: 1 }, registry.admin)).status).toBe(404);
  expect((await performanceOf(promptKey)).userSatisfaction).toBe(0);
});

test('an execution that was never recorded is not found', async () => {
  expect((await rate(uuidv7(), { rating: 5 })).status).toBe(404);
});

test.each([{ rating: 0 }, { rating: 6 }, { rating: 2.5 }, {}])('the rating %j is rejected', async (body) => {
  expect((await rate(uuidv7(), body)).status).toBe(400);
});

test('the list has the own executions with ratings, newest first, page by page, and none of another user', async () => {
  const { id: promptVersionId, promptKey } = await activeVersion();
  const user = await registry.database.createUser();
  const own = [1, 2, 3].map(() => execution({ promptVersionId, userId: user.userId, model: 'm' }));
  for (const each of [...own, execution({ promptVersionId })]) await journal.record(each);
  await recorded(promptKey, 4);
  const [oldest, middle, newest] = own.map(({ id }) => id);
  await rate(oldest ?? '', { rating: 4, comment: 'Useful' }, user);

  const list = (query: string, as = user) => registry.as(as, `/api/prompts/executions${query}`);
  const first = await list('?limit=2');
  expect(first).toMatchObject({
    status: 200,
    body: {
      data: [
        { id: newest, promptVersionId, operation: 'canvas.generate', model: 'm', success: true },
        { id: middle },
      ],
      pagination: { limit: 2, nextCursor: expect.any(String) },
    },
  });
  expect(first.body.data[0]).not.toHaveProperty('rating');
  const rest = await list(`?limit=2&cursor=${first.body.pagination.nextCursor}`);
  expect(rest.body).toMatchObject({
    data: [{ id: oldest, rating: 4, comment: 'Useful' }],
    pagination: { nextCursor: null },
  });
  expect((await list('?cursor=nonsense')).status).toBe(400);
  expect((await list('', await registry.database.createUser())).body.data).toEqual([]);
});
