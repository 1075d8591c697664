import { AppError } from '@valuecanvas/contracts-core';
import {
  type PromptEvaluation,
  type PromptVersion,
  promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { apiKeyPrincipal, callAs, type TestAnswer } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());
beforeEach(() => {
  registry.model.requests.length = 0;
  registry.model.answer = () => 'An answer';
});

const post = (path: string, body?: object, as = registry.admin): Promise<TestAnswer> =>
  registry.as(as, path, { method: 'POST', ...(body ? { body } : {}) });

const get = (path: string, as = registry.admin): Promise<TestAnswer> => registry.as(as, path);

const cases = [
  { name: 'France', variables: { country: 'France' }, expected: 'Paris', critical: true },
  { name: 'Italy', variables: { country: 'Italy' }, expected: 'Rome', weight: 3 },
];
const dataset = (name: string, content: object = { graders: [{ type: 'exact' }], cases }) =>
  post('/api/prompts/datasets', { name, ...content });

const capitals: Readonly<Record<string, string>> = { France: 'Paris', Italy: 'Rome' };
const right = ({ messages }: { readonly messages?: readonly { readonly content: string }[] }): string =>
  capitals[messages?.[0]?.content.split(' ').at(-1) ?? ''] ?? 'Unknown';

const prompt = (promptKey: string, metadata: object = {}): Promise<PromptVersion> =>
  registry.create({ promptKey, template: 'The capital of {{country}}', variables: ['country'], metadata });

const worker = { kind: 'service', service: 'job-worker' } as const;
const work = () => registry.service.client(promptRegistryContract, 'job-worker');
const evaluateCase = (id: string, position: number) =>
  work().evaluateCase({ params: { id }, body: { position } }, callAs(worker));
const positionsOf = async (id: string) =>
  (await work().getEvaluationWork({ params: { id } }, callAs(worker))).positions;

async function start(promptKey: string, version: number, name: string): Promise<PromptEvaluation> {
  const answer = await post('/api/prompts/evaluations', { promptKey, version, dataset: name });
  expect(answer).toMatchObject({ status: 202 });
  expect(answer.headers.get('location')).toBe(answer.body.data.statusUrl);
  return answer.body.data;
}

/** Runs all cases of a new run, as the job does. */
async function run(promptKey: string, version: number, name: string): Promise<PromptEvaluation> {
  const { id } = await start(promptKey, version, name);
  for (const position of await positionsOf(id)) await evaluateCase(id, position);
  return (await get(`/api/prompts/evaluations/${id}`)).body.data;
}

describe('datasets', () => {
  test('each content is a version of its own, with a hash that does not depend on the order of keys', async () => {
    const first = await dataset('d.versions');
    expect(first).toMatchObject({
      status: 201,
      body: {
        data: {
          name: 'd.versions',
          version: 1,
          caseCount: 2,
          contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    });
    const reordered = cases.map((each) => Object.fromEntries(Object.entries(each).reverse()));
    const same = await dataset('d.versions', { cases: reordered, graders: [{ type: 'exact' }] });
    expect([same.status, same.body.data]).toEqual([200, first.body.data]);
    const next = await dataset('d.versions', { graders: [{ type: 'contains' }], cases });
    expect(next).toMatchObject({ status: 201, body: { data: { version: 2 } } });
    expect(next.body.data.contentHash).not.toBe(first.body.data.contentHash);
    expect((await get('/api/prompts/datasets/d.versions')).body.data).toEqual(next.body.data);
    expect((await get('/api/prompts/datasets/d.versions?version=1')).body.data).toEqual(first.body.data);
    expect((await get('/api/prompts/datasets/d.versions/versions')).body.data).toEqual([
      next.body.data,
      first.body.data,
    ]);
    expect((await get('/api/prompts/datasets?limit=100')).body.data).toContainEqual(next.body.data);
    expect((await get('/api/prompts/datasets/d.versions/cases?limit=1')).body).toMatchObject({
      data: [{ position: 1, ...cases[0] }],
      pagination: { nextCursor: expect.any(String) },
    });
    expect(await get('/api/prompts/datasets/d.absent')).toMatchObject({ status: 404 });
    expect(await get('/api/prompts/datasets/d.versions/cases?version=9')).toMatchObject({ status: 404 });
  });

  test('concurrent changes get numbers without gaps', async () => {
    const stored = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        dataset('d.concurrent', {
          cases: [{ variables: {}, graders: [{ type: 'exact', value: `${index}` }] }],
        }),
      ),
    );
    expect(stored.map(({ body }) => body.data.version).sort((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  test('JSON Lines are cases, and each invalid line is named', async () => {
    const jsonl = `${cases.map((each) => JSON.stringify(each)).join('\r\n')}\n\n`;
    const [lines, array] = [
      await dataset('d.lines', { graders: [{ type: 'exact' }], jsonl }),
      await dataset('d.array'),
    ];
    expect(lines.body.data.contentHash).toBe(array.body.data.contentHash);
    const wrong = await dataset('d.wrong', {
      jsonl: '{"variables":{}}\nnot json\n{"variables":{},"extra":1}',
    });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(wrong.body.details.map(({ path }: { path: string }) => path)).toEqual(['jsonl.2', 'jsonl.3']);
  });

  test.each<[string, object, string]>([
    ['no cases', {}, 'cases'],
    ['cases twice', { cases, jsonl: '{}' }, 'cases'],
    ['a case without grader', { cases: [{ variables: {} }] }, 'cases.0'],
    [
      'a case without what its grader needs',
      { graders: [{ type: 'exact' }], cases: [{ variables: {} }] },
      'cases.0.expected',
    ],
    [
      'a pattern with a lookbehind',
      { graders: [{ type: 'regex', pattern: '(?<=a)b' }], cases },
      'graders.0.pattern',
    ],
    [
      'an expression that calls out',
      { graders: [{ type: 'expression', expression: 'fetch(1)' }], cases },
      'graders.0.expression',
    ],
    [
      'a schema with a pattern',
      { cases: [{ variables: {}, graders: [{ type: 'json_schema', schema: { pattern: 'a' } }] }] },
      'cases.0.graders.0.schema',
    ],
  ])('%s is refused with its path', async (_, content, path) => {
    expect(await dataset('d.refused', content)).toMatchObject({ status: 400, body: { details: [{ path }] } });
  });

  test('a user without the permission neither reads nor stores datasets', async () => {
    const body = { name: 'd.users', graders: [{ type: 'exact' }], cases };
    expect(await post('/api/prompts/datasets', body, registry.user)).toMatchObject({ status: 403 });
    expect(await get('/api/prompts/datasets', registry.user)).toMatchObject({ status: 403 });
  });
});

describe('runs', () => {
  test('each case is answered with the parameters of the version, graded and stored', async () => {
    await dataset('r.basic');
    const { id: versionId } = await prompt('r.basic', { model: 'served', temperature: 0.2, maxTokens: 9 });
    registry.model.answer = (request) => (right(request) === 'Rome' ? 'Milan' : right(request));
    const { id } = await start('r.basic', 1, 'r.basic');
    expect((await get(`/api/prompts/evaluations/${id}`)).body.data).toMatchObject({
      status: 'running',
      progress: 0,
      finishedCases: 0,
      caseCount: 2,
      datasetVersion: 1,
    });
    expect(await evaluateCase(id, 2)).toEqual({ running: true });
    expect((await get(`/api/prompts/evaluations/${id}`)).body.data).toMatchObject({ progress: 50 });
    expect(await evaluateCase(id, 1)).toEqual({ running: false });
    expect(registry.model.requests).toContainEqual({
      messages: [{ role: 'user', content: 'The capital of France' }],
      model: 'served',
      temperature: 0.2,
      maxTokens: 9,
      promptVersionId: versionId,
      requestKey: `evaluation-${id}-1`,
    });
    expect((await get(`/api/prompts/evaluations/${id}`)).body.data).toMatchObject({
      status: 'completed',
      progress: 100,
      finishedAt: expect.any(String),
      summary: {
        score: 0.25,
        passedCases: 1,
        failedCases: 1,
        criticalFailures: 0,
        errors: 0,
        cost: 0.002,
        averageCost: 0.001,
        averageLatency: 100,
        gradingCost: 0,
      },
    });
    const results = (await get(`/api/prompts/evaluations/${id}/results`)).body.data;
    expect(results).toMatchObject([
      { position: 1, name: 'France', score: 1, passed: true, answer: 'Paris', cost: 0.001, latency: 100 },
      { position: 2, name: 'Italy', score: 0, passed: false, answer: 'Milan', criticalFailure: false },
    ]);
    expect((await get(`/api/prompts/evaluations/${id}/results?passed=false`)).body.data).toEqual([
      results[1],
    ]);
    expect((await get('/api/prompts/evaluations?promptKey=r.basic')).body.data).toMatchObject([{ id }]);
  });

  test('a repeated case calls no model and changes nothing', async () => {
    await dataset('r.repeated');
    await prompt('r.repeated');
    registry.model.answer = right;
    const { id } = await start('r.repeated', 1, 'r.repeated');
    await evaluateCase(id, 1);
    expect(await positionsOf(id)).toEqual([2]);
    registry.model.answer = () => 'Lyon';
    expect(await evaluateCase(id, 1)).toEqual({ running: true });
    expect(registry.model.requests).toHaveLength(1);
    await Promise.all([evaluateCase(id, 2), evaluateCase(id, 2), evaluateCase(id, 2)]);
    expect(await evaluateCase(id, 2)).toEqual({ running: false });
    expect((await get(`/api/prompts/evaluations/${id}`)).body.data).toMatchObject({ finishedCases: 2 });
  });

  test('a judge scores by its rubric, and its cost is apart from that of the answer', async () => {
    await dataset('r.judged', {
      graders: [{ type: 'judge', rubric: 'Capitals are good.', model: 'also-served' }],
      cases: [{ variables: { country: 'France' } }],
    });
    await prompt('r.judged');
    registry.model.answer = ({ model }) =>
      model === 'also-served'
        ? { content: '{"reason":"It is one.","score":0.8}', costNanos: 5_000_000 }
        : 'Paris';
    const done = await run('r.judged', 1, 'r.judged');
    expect(done.summary).toMatchObject({ score: 0.8, passedCases: 1, cost: 0.001, gradingCost: 0.005 });
    expect(registry.model.requests.map(({ requestKey }) => requestKey)).toEqual([
      `evaluation-${done.id}-1`,
      `evaluation-${done.id}-1-judge-0`,
    ]);
    expect((await get(`/api/prompts/evaluations/${done.id}/results`)).body.data).toMatchObject([
      { grades: [{ grader: 'judge', score: 0.8, passed: true, reason: 'It is one.' }] },
    ]);
  });

  test('a case that no model can answer fails, and an outage of the router ends the attempt without a result', async () => {
    await dataset('r.failing', {
      graders: [{ type: 'exact' }],
      cases: [...cases, { variables: { town: 'x' }, expected: 'x' }],
    });
    await prompt('r.failing');
    const { id } = await start('r.failing', 1, 'r.failing');
    registry.model.answer = () => Promise.reject(new AppError('LLM_UNAVAILABLE'));
    await expect(evaluateCase(id, 1)).rejects.toMatchObject({ code: 'LLM_UNAVAILABLE' });
    registry.model.answer = () => Promise.reject(new AppError('BUDGET_EXCEEDED'));
    await expect(evaluateCase(id, 1)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(await positionsOf(id)).toEqual([1, 2, 3]);
    registry.model.answer = () => Promise.reject(new AppError('LLM_BAD_RESPONSE'));
    await evaluateCase(id, 1);
    registry.model.answer = right;
    await evaluateCase(id, 2);
    await evaluateCase(id, 3);
    const results = (await get(`/api/prompts/evaluations/${id}/results`)).body.data;
    expect(results).toMatchObject([
      { score: 0, passed: false, criticalFailure: true, error: { code: 'LLM_BAD_RESPONSE' } },
      { score: 1, passed: true },
      {
        score: 0,
        criticalFailure: false,
        error: { code: 'VALIDATION_FAILED', message: expect.stringContaining('country') },
      },
    ]);
    expect((await get(`/api/prompts/evaluations/${id}`)).body.data.summary).toMatchObject({
      errors: 2,
      averageCost: 0.001,
    });
  });

  test('a cancelled run evaluates no further case', async () => {
    await dataset('r.cancelled');
    await prompt('r.cancelled');
    const { id } = await start('r.cancelled', 1, 'r.cancelled');
    await evaluateCase(id, 1);
    expect(await post(`/api/prompts/evaluations/${id}/cancel`)).toMatchObject({
      status: 200,
      body: { data: { status: 'cancelled', finishedCases: 1 } },
    });
    expect(await positionsOf(id)).toEqual([]);
    expect(await evaluateCase(id, 2)).toEqual({ running: false });
    expect(registry.model.requests).toHaveLength(1);
    expect(await post(`/api/prompts/evaluations/${id}/cancel`)).toMatchObject({
      body: { data: { status: 'cancelled' } },
    });
    expect(await post(`/api/prompts/evaluations/${crypto.randomUUID()}/cancel`)).toMatchObject({
      status: 404,
    });
  });

  test('a run whose job has failed says so with the reason', async () => {
    await dataset('r.failed');
    await prompt('r.failed');
    const { id } = await start('r.failed', 1, 'r.failed');
    await registry.database.query(
      `update vc_private.llm_jobs set status = 'failed', finished_at = now(), error_code = 'BUDGET_EXCEEDED',
         error_message = 'Too expensive.' where id = $1`,
      [id],
    );
    expect((await get(`/api/prompts/evaluations/${id}`)).body.data).toMatchObject({
      status: 'failed',
      error: { code: 'BUDGET_EXCEEDED', message: 'Too expensive.' },
    });
  });

  test('the job belongs to the platform', async () => {
    await dataset('r.job');
    await prompt('r.job');
    const { id } = await start('r.job', 1, 'r.job');
    expect(
      await registry.database.query(
        'select type, user_id, payload, status from vc_private.llm_jobs where id = $1',
        [id],
      ),
    ).toEqual([
      { type: 'prompt_evaluation', user_id: null, payload: { evaluationId: id }, status: 'queued' },
    ]);
  });

  test('an unknown version, dataset or run is not found, and users may not evaluate', async () => {
    await dataset('r.known');
    await prompt('r.known');
    const body = { promptKey: 'r.known', version: 1, dataset: 'r.known' };
    const path = '/api/prompts/evaluations';
    for (const wrong of [
      { version: 9 },
      { dataset: 'r.absent' },
      { datasetVersion: 9 },
      { promptKey: 'r.absent' },
    ])
      expect(await post(path, { ...body, ...wrong })).toMatchObject({ status: 404 });
    expect(await post(path, body, registry.user)).toMatchObject({ status: 403 });
    const absent = crypto.randomUUID();
    for (const part of ['', '/results', '/compare'])
      expect(await get(`${path}/${absent}${part}`)).toMatchObject({ status: 404 });
    await expect(positionsOf(absent)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(evaluateCase(absent, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a comparison names the cases that got better and worse since the active version', async () => {
    await dataset('r.compared');
    const active = await prompt('r.compared');
    await prompt('r.compared');
    registry.model.answer = (request) => (right(request) === 'Rome' ? 'Milan' : 'Paris');
    const alone = await run('r.compared', 2, 'r.compared');
    expect(await get(`/api/prompts/evaluations/${alone.id}/compare`)).toMatchObject({ status: 404 });
    await registry.activate(active);
    const before = await run('r.compared', 1, 'r.compared');
    registry.model.answer = (request) => (right(request) === 'Rome' ? 'Rome' : 'Lyon');
    const after = await run('r.compared', 2, 'r.compared');
    expect((await get(`/api/prompts/evaluations/${after.id}/compare`)).body.data).toEqual({
      before,
      after,
      better: [{ position: 2, name: 'Italy', before: 0, after: 1, passedBefore: false, passedAfter: true }],
      worse: [{ position: 1, name: 'France', before: 1, after: 0, passedBefore: true, passedAfter: false }],
      equalCases: 0,
    });
    const with1 = await get(`/api/prompts/evaluations/${after.id}/compare?with=${alone.id}`);
    expect(with1.body.data).toMatchObject({ better: [{ position: 2 }], worse: [{ position: 1 }] });
    await dataset('r.other', { graders: [{ type: 'contains' }], cases });
    const other = await run('r.compared', 2, 'r.other');
    const mixed = await get(`/api/prompts/evaluations/${after.id}/compare?with=${other.id}`);
    expect(mixed).toMatchObject({ status: 422, body: { code: 'UNPROCESSABLE' } });
    const running = await start('r.compared', 2, 'r.compared');
    expect(await get(`/api/prompts/evaluations/${running.id}/compare`)).toMatchObject({ status: 422 });
  });
});

describe('gates', () => {
  const gatePath = (promptKey: string, label = 'production') =>
    `/api/prompts/${promptKey}/labels/${label}/gate`;
  const setGate = (promptKey: string, body: object, label = 'production', as = registry.admin) =>
    registry.as(as, gatePath(promptKey, label), { method: 'PUT', body });
  const check = async (promptKey: string, version: number, label = 'production') =>
    (await get(`${gatePath(promptKey, label)}/check?version=${version}`)).body.data;
  const move = (
    promptKey: string,
    label: string,
    version: number,
    expectedVersion: number | null,
    as = registry.admin,
  ) =>
    registry.as(as, `/api/prompts/${promptKey}/labels/${label}`, {
      method: 'PUT',
      body: { version, expectedVersion },
    });
  const codesOf = ({ body }: TestAnswer) => body.details.reasons.map(({ code }: { code: string }) => code);

  test('a label moves only to a version with a passing run, whatever the way and for API keys as well', async () => {
    await dataset('g.ways');
    const first = await prompt('g.ways');
    await registry.activate(first);
    const second = await prompt('g.ways');
    expect(await setGate('g.ways', { dataset: 'g.ways', minimumScore: 0.5 })).toMatchObject({ status: 200 });
    const key = apiKeyPrincipal(['prompts:activate', 'prompts:write'], registry.admin);
    const proposal = await post('/api/prompts/g.ways/labels/production/proposals', { version: 2 });
    const other = await registry.database.createUser({ role: 'admin' });
    const approve = () =>
      post(
        `/api/prompts/g.ways/labels/production/proposals/${proposal.body.data.id}/approve`,
        undefined,
        other,
      );
    const refusals = [
      await registry.activate(second),
      await post('/api/prompts/versions/g.ways/2/activate', undefined, key),
      await move('g.ways', 'production', 2, 1),
      await move('g.ways', 'production', 2, 1, key),
      await approve(),
    ];
    for (const refused of refusals) {
      expect(refused).toMatchObject({
        status: 422,
        body: { code: 'UNPROCESSABLE', message: expect.stringContaining('gate') },
      });
      expect(codesOf(refused)).toEqual(['NO_RUN']);
    }
    expect((await get('/api/prompts/g.ways')).body.data.version).toBe(1);
    registry.model.answer = right;
    const { id } = await run('g.ways', 2, 'g.ways');
    expect(await check('g.ways', 2)).toEqual({ passed: true, reasons: [], evaluationId: id });
    expect(await approve()).toMatchObject({ status: 200 });
    expect((await get('/api/prompts/g.ways')).body.data.version).toBe(2);
    expect(codesOf(await registry.activate(first))).toEqual(['NO_RUN']);
    await run('g.ways', 1, 'g.ways');
    expect(await registry.activate(first)).toMatchObject({ status: 200 });
  });

  test('a gate counts the latest completed run of exactly this version on the latest content', async () => {
    await dataset('g.exact');
    const version = await prompt('g.exact');
    await prompt('g.exact');
    await setGate('g.exact', { dataset: 'g.exact', minimumScore: 0.5 });
    registry.model.answer = right;
    await run('g.exact', 2, 'g.exact');
    expect(codesOf(await registry.activate(version))).toEqual(['NO_RUN']);
    const { id } = await start('g.exact', 1, 'g.exact');
    expect(codesOf(await registry.activate(version))).toEqual(['RUN_NOT_COMPLETED']);
    for (const position of [1, 2]) await evaluateCase(id, position);
    expect((await check('g.exact', 1)).passed).toBe(true);
    registry.model.answer = () => 'Wrong';
    await run('g.exact', 1, 'g.exact');
    expect(codesOf(await registry.activate(version))).toEqual(['SCORE_TOO_LOW', 'CRITICAL_CASE_FAILED']);
    registry.model.answer = right;
    await run('g.exact', 1, 'g.exact');
    expect((await check('g.exact', 1)).passed).toBe(true);
    await dataset('g.exact', { graders: [{ type: 'contains' }], cases });
    expect(codesOf(await registry.activate(version))).toEqual(['NO_RUN']);
    await run('g.exact', 1, 'g.exact');
    expect(await registry.activate(version)).toMatchObject({ status: 200 });
  });

  test('a failed critical case keeps a version out, however high its score', async () => {
    await dataset('g.critical');
    const version = await prompt('g.critical');
    await setGate('g.critical', { dataset: 'g.critical', minimumScore: 0.5 });
    registry.model.answer = (request) => (right(request) === 'Paris' ? 'Lyon' : right(request));
    expect((await run('g.critical', 1, 'g.critical')).summary?.score).toBe(0.75);
    expect(codesOf(await registry.activate(version))).toEqual(['CRITICAL_CASE_FAILED']);
  });

  test('cost and latency are compared with the active version', async () => {
    await dataset('g.margins');
    const active = await prompt('g.margins');
    const dear = await prompt('g.margins');
    await registry.activate(active);
    const margins = { maximumCostIncrease: 0.1, maximumLatencyIncrease: 0.5 };
    await setGate('g.margins', { dataset: 'g.margins', minimumScore: 0, ...margins });
    const answer = (costNanos: number, latency: number) => (request: Parameters<typeof right>[0]) => ({
      content: right(request),
      costNanos,
      latency,
    });
    registry.model.answer = answer(1_110_000, 151);
    await run('g.margins', 2, 'g.margins');
    expect(codesOf(await registry.activate(dear))).toEqual(['NO_RUN_OF_ACTIVE_VERSION']);
    registry.model.answer = answer(1_000_000, 100);
    const baseline = await run('g.margins', 1, 'g.margins');
    const refused = await registry.activate(dear);
    expect(codesOf(refused)).toEqual(['COST_TOO_HIGH', 'LATENCY_TOO_HIGH']);
    expect(refused.body.message).toContain('11 %');
    registry.model.answer = answer(1_100_000, 150);
    const run2 = await run('g.margins', 2, 'g.margins');
    expect(await check('g.margins', 2)).toEqual({
      passed: true,
      reasons: [],
      evaluationId: run2.id,
      activeEvaluationId: baseline.id,
    });
    expect(await registry.activate(dear)).toMatchObject({ status: 200 });
  });

  test('a gate belongs to one label and environment, is audited, and can be removed', async () => {
    await dataset('g.one');
    await prompt('g.one');
    const body = { dataset: 'g.one', minimumScore: 0.9, environment: 'trial' };
    const set = await setGate('g.one', body, 'staging');
    expect(set).toMatchObject({
      status: 200,
      body: { data: { ...body, promptKey: 'g.one', label: 'staging' } },
    });
    expect(await move('g.one', 'staging', 1, null)).toMatchObject({ status: 200 });
    expect(await get(gatePath('g.one', 'staging'))).toMatchObject({ status: 404 });
    const path = `${gatePath('g.one', 'staging')}?environment=trial`;
    expect((await get(path, registry.user)).body.data).toEqual(set.body.data);
    const raised = await setGate('g.one', { ...body, minimumScore: 1 }, 'staging');
    expect(await registry.as(registry.admin, path, { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await registry.as(registry.admin, path, { method: 'DELETE' })).toMatchObject({ status: 404 });
    const audited = await registry.database.query<{ before: object | null; after: object | null }>(
      `select before, after from vc_private.audit_log where subject = 'g.one' and action like '%Gate' order by at, id`,
    );
    expect(audited).toEqual([
      { before: null, after: { gate: set.body.data } },
      { before: { gate: set.body.data }, after: { gate: raised.body.data } },
      { before: { gate: raised.body.data }, after: null },
    ]);
  });

  test('only who may protect labels sets a gate, for a known prompt and dataset', async () => {
    await dataset('g.known');
    await prompt('g.known');
    const body = { dataset: 'g.known', minimumScore: 1 };
    const operator = await registry.database.createUser({ role: 'operator' });
    expect(await setGate('g.known', body, 'production', operator)).toMatchObject({ status: 403 });
    expect(await setGate('g.absent', body)).toMatchObject({ status: 404 });
    expect(await setGate('g.known', { ...body, dataset: 'g.absent' })).toMatchObject({ status: 404 });
    expect(await get(`${gatePath('g.known')}/check?version=9`)).toMatchObject({ status: 404 });
    expect(await check('g.known', 1)).toEqual({ passed: true, reasons: [] });
  });
});
