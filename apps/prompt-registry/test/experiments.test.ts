import type { UserPrincipal } from '@valuecanvas/contracts-core';
import type { Experiment, PromptExecution } from '@valuecanvas/contracts-prompt-registry';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';
import { executionOf, recordAll } from './trial-facts.ts';

let registry: TestRegistry;
let writer: UserPrincipal;
let operator: UserPrincipal;
beforeAll(async () => {
  registry = await startRegistry();
  operator = await registry.database.createUser({ role: 'operator' });
  const plain = await registry.database.createUser();
  writer = { ...plain, permissions: [...plain.permissions, 'prompts:write'] };
});
afterAll(() => registry.stop());

let prompts = 0;
/** Creates a prompt with two versions, of which the first is active. */
async function promptWithVersions(): Promise<{
  readonly promptKey: string;
  readonly ids: readonly string[];
}> {
  prompts += 1;
  const promptKey = `compared.p${prompts}`;
  const first = await registry.create({ promptKey, template: 'first' });
  const second = await registry.create({ promptKey, template: 'second' });
  await registry.activate(first);
  return { promptKey, ids: [first.id, second.id] };
}

const twoArms = [
  { name: 'control', version: 1, weight: 1 },
  { name: 'short', version: 2, weight: 1 },
];

const post = (path: string, body?: object, as = operator) =>
  registry.as(as, `/api/prompts/ab-tests${path}`, { method: 'POST', ...(body ? { body } : {}) });

async function created(promptKey: string, settings: object = {}, as = operator): Promise<Experiment> {
  const answer = await post('', { name: 'Shorter', promptKey, arms: twoArms, ...settings }, as);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.data;
}

async function running(promptKey: string, settings: object = {}): Promise<Experiment> {
  const { id } = await created(promptKey, settings);
  const answer = await post(`/${id}/start`);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.data;
}

const results = async (id: string) =>
  (await registry.as(operator, `/api/prompts/ab-tests/${id}/results`)).body.data;

const activeVersion = async (promptKey: string) =>
  (await registry.as(registry.user, `/api/prompts/${promptKey}`)).body.data.version;

async function trials() {
  const { body } = await registry.service.request('/internal/prompts/snapshot', {
    as: { kind: 'service', service: 'canvas' },
    from: 'canvas',
  });
  return body;
}

const execution = (trialId: string, arm: string, settings: Partial<PromptExecution> = {}) =>
  executionOf(registry, { trialId, arm, unit: uuidv7() }, settings);

function withoutAnswer({ provider: _, ...fact }: PromptExecution): PromptExecution {
  return fact;
}

describe('life of an experiment', () => {
  test('a draft has its defaults, and weights that add up to 100,000', async () => {
    const { promptKey } = await promptWithVersions();
    const arms = ['a', 'b', 'c'].map((name) => ({ name, version: 1, weight: 1 }));
    const draft = await created(promptKey, { arms });
    expect(draft).toMatchObject({
      promptKey,
      environment: 'default',
      status: 'draft',
      coverage: 100,
      metric: 'cost',
      relevantDifference: 0.02,
      expectedSample: 10_000,
      createdBy: operator.userId,
    });
    expect(draft.arms.map(({ weight }) => weight)).toEqual([33_333, 33_334, 33_333]);
    expect((await registry.as(operator, `/api/prompts/ab-tests/${draft.id}`)).body.data).toEqual(draft);
    const listed = await registry.as(operator, `/api/prompts/ab-tests?promptKey=${promptKey}&status=draft`);
    expect(listed.body.data).toEqual([draft]);
  });

  test.each<[string, object, string]>([
    ['an unknown version', { arms: [twoArms[0], { name: 'b', version: 7, weight: 1 }] }, 'arms.1.version'],
    ['two arms of one name', { arms: [twoArms[0], twoArms[0]] }, 'arms'],
    ['a single arm', { arms: [twoArms[0]] }, 'arms'],
    ['an unknown metric', { metric: 'joy' }, 'metric'],
    ['a metric of the registry', { metrics: [{ name: 'cost', better: 'lower', kind: 'mean' }] }, 'metrics'],
  ])('%s is refused', async (_, settings, path) => {
    const { promptKey } = await promptWithVersions();
    const { status, body } = await post('', { name: 'x', promptKey, arms: twoArms, ...settings });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details[0].path).toMatch(new RegExp(`^(?:body\\.)?${path}`));
  });

  test('services get a running experiment with all its versions, and none that has ended', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const { id } = await running(promptKey);
    const { trials: listed, labelled } = await trials();
    expect(listed).toContainEqual({
      id,
      promptKey,
      environment: 'default',
      coverage: 100,
      arms: [
        { name: 'control', weight: 50_000, versionId: ids[0] },
        { name: 'short', weight: 50_000, versionId: ids[1] },
      ],
    });
    const sent = labelled.map(({ versionId }: { versionId: string }) => versionId);
    expect(sent).toEqual(expect.arrayContaining([...ids]));
    expect((await post(`/${id}/complete`, {})).body.data).toMatchObject({ status: 'completed' });
    expect((await trials()).trials.map((trial: { id: string }) => trial.id)).not.toContain(id);
  });

  test('one experiment at most runs for a prompt and environment, even if two start at once', async () => {
    const { promptKey } = await promptWithVersions();
    const drafts = [await created(promptKey), await created(promptKey), await created(promptKey)];
    const answers = await Promise.all(drafts.map(({ id }) => post(`/${id}/start`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const elsewhere = await created(promptKey, { environment: 'staging' });
    expect((await post(`/${elsewhere.id}/start`)).status).toBe(200);
  });

  test('an experiment starts once and completes once', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await created(promptKey);
    expect((await post(`/${id}/complete`, {})).status).toBe(409);
    expect((await post(`/${id}/start`)).status).toBe(200);
    expect((await post(`/${id}/start`)).status).toBe(409);
    expect((await post(`/${id}/complete`, {})).status).toBe(200);
    expect((await post(`/${id}/complete`, {})).status).toBe(409);
  });

  test('an unknown experiment is not found', async () => {
    const id = uuidv7();
    const answers = await Promise.all([
      registry.as(operator, `/api/prompts/ab-tests/${id}`),
      registry.as(operator, `/api/prompts/ab-tests/${id}/results`),
      post(`/${id}/start`),
      post(`/${id}/complete`, {}),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  test('a version that could not be activated cannot be tried on users', async () => {
    const { body } = await registry.as(registry.admin, '/api/prompts/versions', {
      method: 'POST',
      body: { promptKey: 'canvas.refine', template: '{{tone}}', variables: ['tone'] },
    });
    const { version } = body.data;
    const draft = await created('canvas.refine', { arms: [twoArms[0], { name: 'b', version, weight: 1 }] });
    expect((await post(`/${draft.id}/start`)).status).toBe(400);
  });
});

describe('the winner', () => {
  test('is activated in the same call', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await running(promptKey);
    const { body } = await post(`/${id}/complete`, { winner: 'short', activate: true, reason: 'Cheaper' });
    expect(body.data).toMatchObject({ status: 'completed', winner: 'short', completedBy: operator.userId });
    expect(await activeVersion(promptKey)).toBe(2);
    const history = await registry.as(operator, `/api/prompts/${promptKey}/labels/production/history`);
    expect(history.body.data[0]).toMatchObject({
      from: 1,
      to: 2,
      reason: 'Cheaper',
      movedBy: operator.userId,
    });
  });

  test('without activation, the label stays', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await running(promptKey);
    expect((await post(`/${id}/complete`, { winner: 'short' })).status).toBe(200);
    expect(await activeVersion(promptKey)).toBe(1);
  });

  test('if the label has moved since the start, nothing changes unless the new version is expected', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await running(promptKey);
    await registry.activate(await registry.create({ promptKey, template: 'third' }));
    expect(await post(`/${id}/complete`, { winner: 'short', activate: true })).toMatchObject({
      status: 409,
      body: { details: { currentVersion: 3 } },
    });
    expect((await registry.as(operator, `/api/prompts/ab-tests/${id}`)).body.data.status).toBe('running');
    const body = { winner: 'short', activate: true, expectedVersion: 3 };
    expect((await post(`/${id}/complete`, body)).status).toBe(200);
    expect(await activeVersion(promptKey)).toBe(2);
  });

  test('needs to be an arm, and its activation needs the permission', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await running(promptKey);
    expect((await post(`/${id}/complete`, { winner: 'other' })).status).toBe(400);
    expect((await post(`/${id}/complete`, { activate: true })).status).toBe(400);
    expect((await post(`/${id}/complete`, { winner: 'short', activate: true }, writer)).status).toBe(403);
    expect((await post(`/${id}/complete`, { winner: 'short' }, writer)).status).toBe(200);
  });
});

test('on a protected label, a second person who may move labels starts the experiment', async () => {
  const { promptKey } = await promptWithVersions();
  await registry.as(registry.admin, `/api/prompts/${promptKey}/labels/production/protection`, {
    method: 'PUT',
    body: { protected: true },
  });
  const { id } = await created(promptKey);
  expect((await post(`/${id}/start`)).status).toBe(403);
  expect((await post(`/${id}/start`, undefined, writer)).status).toBe(403);
  expect((await post(`/${id}/start`, undefined, registry.admin)).status).toBe(200);
  expect((await post(`/${id}/complete`, { winner: 'short', activate: true }, registry.admin)).status).toBe(
    403,
  );
  expect(await activeVersion(promptKey)).toBe(1);
});

describe('results', () => {
  test('are sums of the executions, each of which counts once', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const { id } = await running(promptKey);
    const assignment = { trialId: id, arm: 'control', unit: 'unit-1' };
    const promptVersionId = ids[0] ?? '';
    const facts = [
      execution(id, 'control', { assignment, promptVersionId }),
      execution(id, 'control', { assignment, promptVersionId, costNanos: 3_000_000, latencyMs: 300 }),
      withoutAnswer(execution(id, 'short', { promptVersionId: ids[1] ?? '', success: false })),
      // The older version has more answers in the cache, so they count for no arm.
      execution(id, 'control', { assignment, promptVersionId, provider: 'cache', costNanos: 0 }),
    ];
    await recordAll(registry, [...facts, ...facts]);
    const found = await results(id);
    expect(found.sampleRatio).toMatchObject({
      arms: [
        { name: 'control', units: 1, expectedShare: 0.5 },
        { name: 'short', units: 1, expectedShare: 0.5 },
      ],
      isMismatch: false,
    });
    const armsOf = (metric: string) =>
      found.metrics.find((result: { metric: string }) => result.metric === metric).arms;
    expect(armsOf('cost')).toEqual([
      { name: 'control', observations: 2, mean: expect.closeTo(0.002, 12) },
      { name: 'short', observations: 0 },
    ]);
    expect(armsOf('latency')[0]).toEqual({ name: 'control', observations: 2, mean: 200 });
    expect(armsOf('tokens')[0]).toEqual({ name: 'control', observations: 2, mean: 30 });
    expect(armsOf('errors')).toEqual([
      { name: 'control', observations: 2, mean: 0 },
      { name: 'short', observations: 1, mean: 1 },
    ]);
  });

  test('a rating counts for the arm of its execution, and a second one replaces the first', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const { id } = await running(promptKey, { metric: 'rating' });
    const fact = execution(id, 'short', { promptVersionId: ids[1] ?? '' });
    await recordAll(registry, [fact]);
    for (const rating of [1, 4, 4]) {
      const path = `/api/prompts/executions/${fact.id}/feedback`;
      expect((await registry.as(registry.user, path, { method: 'POST', body: { rating } })).status).toBe(204);
    }
    expect((await results(id)).metrics[0]).toMatchObject({
      metric: 'rating',
      isPrimary: true,
      arms: [{ observations: 0 }, { name: 'short', observations: 1, mean: 4 }],
    });
  });

  test('larger values than a bound count as the bound', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const { id } = await running(promptKey, { bounds: { cost: 0.01 } });
    await recordAll(registry, [
      execution(id, 'control', { promptVersionId: ids[0] ?? '', costNanos: 9_000_000_000 }),
    ]);
    expect((await results(id)).metrics[0].arms[0]).toEqual({ name: 'control', observations: 1, mean: 0.01 });
  });

  test('the bounds follow from recent executions of the control', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const history = Array.from({ length: 100 }, () => {
      const { assignment: _, ...fact } = execution('', '', { promptVersionId: ids[0] ?? '' });
      return fact;
    });
    await recordAll(registry, history);
    const { bounds } = await running(promptKey, { bounds: { tokens: 77 } });
    expect(bounds).toEqual({ cost: expect.closeTo(0.01, 12), latency: 1_000, tokens: 77 });
  });

  test('executions of unknown trials and arms are stored and count nowhere', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const { id } = await running(promptKey);
    const promptVersionId = ids[0] ?? '';
    await recordAll(registry, [
      execution(uuidv7(), 'control', { promptVersionId }),
      execution(id, 'third', { promptVersionId }),
    ]);
    const found = await results(id);
    expect(found.verdict).toBe('There are no observations yet.');
    expect(found.sampleRatio.arms.map(({ units }: { units: number }) => units)).toEqual([0, 0]);
  });

  test('a posted value counts for the arm of its execution, and a second one replaces the first', async () => {
    const { promptKey, ids } = await promptWithVersions();
    const metrics = [{ name: 'conversion', better: 'higher', kind: 'proportion' }];
    const { id } = await running(promptKey, { metric: 'conversion', metrics });
    const fact = execution(id, 'short', { promptVersionId: ids[1] ?? '' });
    await recordAll(registry, [fact]);
    const value = (metric: string, posted: number, as = registry.user) =>
      registry.as(as, `/api/prompts/executions/${fact.id}/metrics`, {
        method: 'POST',
        body: { metric, value: posted },
      });
    for (const posted of [0, 1, 1]) expect((await value('conversion', posted)).status).toBe(204);
    await Promise.all([0.2, 0.4, 0.6].map((score) => value('score', score, operator)));
    expect((await value('score', 0.5, operator)).status).toBe(204);
    expect((await value('unheard_of', 5)).status).toBe(204);
    const found = await results(id);
    expect(found.metrics[0]).toMatchObject({
      metric: 'conversion',
      arms: [{ observations: 0 }, { observations: 1, mean: 1 }],
    });
    expect(found.metrics.at(-1)).toMatchObject({
      metric: 'score',
      arms: [{ observations: 0 }, { observations: 1, mean: expect.closeTo(0.5, 12) }],
    });
    expect((await value('conversion', 0.5)).status).toBe(400);
    expect((await value('cost', 1)).status).toBe(400);
    expect((await value('score', 1, await registry.database.createUser())).status).toBe(404);
  });

  test('of a million executions are computed from their sums in less than a second', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await running(promptKey);
    await registry.database.query(
      `insert into vc_private.prompt_trial_sums (trial_id, step, arm, metric, count, sum, sum_of_squares)
       select $1, 0, arm, metric, 500000, mean * 500000, mean * mean * 1000000
       from unnest(array['control', 'short'], array[1.0, 0.9]) as arms (arm, mean),
         unnest(array['cost', 'latency', 'tokens', 'errors', 'units']) as metric`,
      [id],
    );
    await registry.database.query(
      `update vc_private.prompt_trial_sums set sum = 500000, sum_of_squares = 500000 where metric = 'units'`,
    );
    const startedAt = performance.now();
    const found = await results(id);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(found.verdict).toMatch(/^short costs 10 % less \(between 9\.\d % and 11 %\)\.$/);
    expect(found.sampleRatio.isMismatch).toBe(false);
  });
});
