import type { UserPrincipal } from '@valuecanvas/contracts-core';
import {
  type Canary,
  type PromptExecution,
  promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { createClient } from '@valuecanvas/http-client';
import { createPrompts } from '@valuecanvas/prompts-sdk';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import { eventually, startCommitGate, startTestService } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { promptRegistryService } from '../src/app.ts';
import { startRegistry, type TestRegistry } from './registry.ts';
import { executionOf, recordAll } from './trial-facts.ts';

let registry: TestRegistry;
let operator: UserPrincipal;
beforeAll(async () => {
  registry = await startRegistry();
  operator = await registry.database.createUser({ role: 'operator' });
});
afterAll(() => registry.stop());

let prompts = 0;
/** Creates a prompt with two versions, of which the first is active. Returns the ids of both. */
async function promptWithVersions() {
  prompts += 1;
  const promptKey = `rolled.p${prompts}`;
  const first = await registry.create({ promptKey, template: 'first' });
  const second = await registry.create({ promptKey, template: 'second' });
  await registry.activate(first);
  return { promptKey, current: first.id, candidate: second.id };
}

const post = (path: string, body?: object, as = operator) =>
  registry.as(as, `/api/prompts/canaries${path}`, { method: 'POST', ...(body ? { body } : {}) });

/** Steps that need 20 executions and no time. */
const quickSteps = [10, 50, 100].map((percentage) => ({ percentage, minimumSample: 20, minimumSeconds: 0 }));

async function started(promptKey: string, settings: object = { steps: quickSteps }): Promise<Canary> {
  const answer = await post('', { promptKey, version: 2, ...settings });
  expect(answer).toMatchObject({ status: 201, body: { data: { status: 'running' } } });
  return answer.body.data;
}

const get = async (id: string) => (await registry.as(operator, `/api/prompts/canaries/${id}`)).body.data;

const reached = (id: string, expected: object) =>
  eventually(async () => expect(await get(id)).toMatchObject(expected), { timeoutMs: 15_000 });

const activeVersion = async (promptKey: string) =>
  (await registry.as(registry.user, `/api/prompts/${promptKey}`)).body.data.version;

async function trialOf(id: string) {
  const { body } = await registry.service.request('/internal/prompts/snapshot', {
    as: { kind: 'service', service: 'canvas' },
    from: 'canvas',
  });
  return body.trials.find((trial: { id: string }) => trial.id === id);
}

/** Records executions of a step: `count` of the candidate, and as many of the current version. */
async function observe(
  versions: { readonly current: string; readonly candidate: string },
  { id, step }: Pick<Canary, 'id' | 'step'>,
  count: number,
  ofCandidate: Partial<PromptExecution> = {},
): Promise<void> {
  const facts = Array.from({ length: count }, () => [
    executionOf(registry, { trialId: id, step, arm: 'current' }, { promptVersionId: versions.current }),
    executionOf(
      registry,
      { trialId: id, step, arm: 'candidate' },
      { promptVersionId: versions.candidate, ...ofCandidate },
    ),
  ]);
  await recordAll(registry, facts.flat());
}

describe('a canary', () => {
  test('has its defaults, and gives a hundredth of the units the candidate at first', async () => {
    const { promptKey, current, candidate } = await promptWithVersions();
    const canary = await started(promptKey, {});
    expect(canary).toMatchObject({
      baselineVersion: 1,
      candidateVersion: 2,
      step: 0,
      guardrails: { cost: 0.1, latency: 0.2, errors: 0.01, rating: 0.3 },
      history: [{ step: 0, action: 'start' }],
      createdBy: operator.userId,
    });
    expect(canary.steps.map(({ percentage }) => percentage)).toEqual([1, 5, 25, 50]);
    expect(canary.steps[0]).toEqual({ percentage: 1, minimumSample: 100, minimumSeconds: 300 });
    expect(await trialOf(canary.id)).toEqual({
      id: canary.id,
      promptKey,
      environment: 'default',
      step: 0,
      coverage: 100,
      arms: [
        { name: 'candidate', weight: 1_000, versionId: candidate },
        { name: 'current', weight: 99_000, versionId: current },
      ],
    });
    const listed = await registry.as(operator, `/api/prompts/canaries?promptKey=${promptKey}&status=running`);
    expect(listed.body.data.map(({ id }: Canary) => id)).toEqual([canary.id]);
  });

  test('advances step by step, counts each step apart, and gives the candidate to all at the end', async () => {
    const versions = await promptWithVersions();
    const canary = await started(versions.promptKey);
    await observe(versions, canary, 19);
    expect((await get(canary.id)).reason).toContain('needs 1 more of 20 observations');
    await observe(versions, canary, 1);
    await reached(canary.id, { step: 1, observations: [] });
    expect((await trialOf(canary.id)).arms.map(({ weight }: { weight: number }) => weight)).toEqual([
      50_000, 50_000,
    ]);
    expect(await activeVersion(versions.promptKey)).toBe(1);
    await observe(versions, { ...canary, step: 1 }, 20);
    await reached(canary.id, { status: 'finished', step: 1 });
    expect((await get(canary.id)).history.map(({ action }: { action: string }) => action)).toEqual([
      'start',
      'advance',
      'finish',
    ]);
    expect(await activeVersion(versions.promptKey)).toBe(2);
    expect(await trialOf(canary.id)).toBeUndefined();
    const path = `/api/prompts/${versions.promptKey}/labels/production/history`;
    expect((await registry.as(operator, path)).body.data[0]).toMatchObject({
      from: 1,
      to: 2,
      movedBy: operator.userId,
      reason: `The canary ${canary.id} has finished`,
    });
  });

  test('stays in a step for its shortest time', async () => {
    const versions = await promptWithVersions();
    const steps = [{ percentage: 10, minimumSample: 20, minimumSeconds: 3_600 }];
    const canary = await started(versions.promptKey, { steps });
    await observe(versions, canary, 20);
    await reached(canary.id, {
      step: 0,
      status: 'running',
      reason: expect.stringMatching(/lasts \d+ s more/),
    });
  });

  test('is aborted by a person, and its units get the current version again', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await started(promptKey);
    const answer = await post(`/${id}/abort`, { reason: 'A mistake' });
    expect(answer.body.data).toMatchObject({ status: 'aborted', reason: 'A mistake' });
    expect(await trialOf(id)).toBeUndefined();
    expect((await post(`/${id}/abort`, {})).status).toBe(409);
  });

  test('ends if a person moves the label', async () => {
    const { promptKey } = await promptWithVersions();
    const { id } = await started(promptKey);
    await registry.activate(await registry.create({ promptKey, template: 'third' }));
    expect(await trialOf(id)).toBeUndefined();
    await reached(id, {
      status: 'aborted',
      reason: 'The label production was moved to version 3 during the canary.',
    });
  });

  test('of a protected label waits for a second person', async () => {
    const { promptKey } = await promptWithVersions();
    await registry.as(registry.admin, `/api/prompts/${promptKey}/labels/production/protection`, {
      method: 'PUT',
      body: { protected: true },
    });
    const { body } = await post('', { promptKey, version: 2, steps: quickSteps });
    const { id, status } = body.data;
    expect([status, await trialOf(id)]).toEqual(['proposed', undefined]);
    expect((await post(`/${id}/approve`)).status).toBe(403);
    const approved = await post(`/${id}/approve`, undefined, registry.admin);
    expect(approved.body.data).toMatchObject({ status: 'running', approvedBy: registry.admin.userId });
    expect((await post(`/${id}/approve`, undefined, registry.admin)).status).toBe(409);
  });
});

describe('a canary is refused', () => {
  test('beside another trial of the prompt and environment, even if both start at once', async () => {
    const { promptKey } = await promptWithVersions();
    const answers = await Promise.all([1, 2, 3].map(() => post('', { promptKey, version: 2 })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const arms = [
      { name: 'a', version: 1, weight: 1 },
      { name: 'b', version: 2, weight: 1 },
    ];
    const body = { name: 'x', promptKey, arms };
    const draft = await registry.as(operator, '/api/prompts/ab-tests', { method: 'POST', body });
    const start = `/api/prompts/ab-tests/${draft.body.data.id}/start`;
    expect((await registry.as(operator, start, { method: 'POST' })).status).toBe(409);
  });

  test.each<[string, object, number]>([
    ['for an unknown version', { version: 9 }, 404],
    ['for the current version', { version: 1 }, 400],
    ['with percentages that do not grow', { steps: [{ percentage: 5 }, { percentage: 5 }] }, 400],
    ['with a step of 100 % only', { steps: [{ percentage: 100 }] }, 400],
    ['without guardrails', { guardrails: { cost: null, latency: null, errors: null, rating: null } }, 400],
    ['where the label has no version', { environment: 'staging' }, 409],
  ])('%s', async (_, settings, status) => {
    const { promptKey } = await promptWithVersions();
    expect((await post('', { promptKey, version: 2, ...settings })).status).toBe(status);
  });

  test('if it is unknown', async () => {
    const id = uuidv7();
    const answers = await Promise.all([
      registry.as(operator, `/api/prompts/canaries/${id}`),
      post(`/${id}/approve`),
      post(`/${id}/abort`, {}),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

describe('a regression', () => {
  test('is rolled back without a person, recorded with its reason, and known to services within a second', async () => {
    const versions = await promptWithVersions();
    const { promptKey } = versions;
    const canary = await started(promptKey);
    const redis = createWaitingRedis({ url: registry.redis.url, name: 'test', onError: () => undefined });
    const client = createClient(promptRegistryContract, {
      baseUrl: registry.service.url,
      sign: registry.identities.signer('canvas'),
    });
    const sdk = createPrompts({
      client: { getPromptSnapshot: client.call.getPromptSnapshot },
      redis,
      keys: createKeys(registry.redis.prefix),
      service: 'canvas',
      pollMs: 3_600_000,
      onError: () => undefined,
    });
    onTestFinished(async () => {
      sdk.stop();
      redis.disconnect();
      await client.close();
    });
    const units = Array.from({ length: 200 }, (_, index) => `unit-${index}`);
    const withCandidate = () => units.filter((unit) => sdk.resolve(promptKey, { unit }).version === 2).length;
    await eventually(() => expect(withCandidate()).toBeGreaterThan(0));

    await observe(versions, canary, 60, { costNanos: 2_000_000 });
    await reached(canary.id, { status: 'rolledBack' });
    await eventually(() => expect(withCandidate()).toBe(0), { timeoutMs: 1_000 });
    const { reason } = await get(canary.id);
    expect(reason).toMatch(
      /^The cost is 0\.002 instead of 0\.001 \(100 % higher\), and the margin is 10 %\./,
    );
    expect(await activeVersion(promptKey)).toBe(1);
    const notifications = await registry.database.query(
      `select kind, severity, message, details ->> 'metric' as metric from vc_private.notifications
       where key = $1`,
      [`prompt.canary-rolled-back:${canary.id}`],
    );
    expect(notifications).toEqual([
      {
        kind: 'prompt.canary-rolled-back',
        severity: 'warning',
        message: `Version 2 of ${promptKey} was rolled back to version 1. ${reason}`,
        metric: 'cost',
      },
    ]);
    const audit = await registry.database.query(
      `select actor, reason, after -> 'canary' ->> 'status' as status from vc_private.audit_log
       where subject = $1 and action = 'prompts.decideCanary'`,
      [promptKey],
    );
    expect(audit).toEqual([{ actor: 'cli', reason, status: 'rolledBack' }]);
  });

  test.each<[string, Partial<PromptExecution>, object, RegExp]>([
    ['of errors', { success: false, errorCode: 'LLM_BAD_RESPONSE' }, {}, /^The error rate is 100 %/],
    ['of latency', { latencyMs: 500 }, { slowAfterMs: 200 }, /^The share of slow answers is 100 %/],
  ])('%s is found', async (_, ofCandidate, settings, reason) => {
    const versions = await promptWithVersions();
    const canary = await started(versions.promptKey, { steps: quickSteps, ...settings });
    await observe(versions, canary, 30, ofCandidate);
    await reached(canary.id, { status: 'rolledBack', reason: expect.stringMatching(reason) });
  });
});

test('if a replica freezes in the middle of a step, another takes over within 10 s, and the step is decided once', async () => {
  const shared = registry;
  registry = await startRegistry();
  onTestFinished(async () => {
    await registry.stop();
    registry = shared;
  });
  const versions = await promptWithVersions();
  const gate = await startCommitGate(registry.environment.DATABASE_URL ?? '', {
    statement: 'carried_evidence',
    side: 'before',
  });
  const canary = await started(versions.promptKey);
  await registry.service.stop();
  const replica = (url: string) =>
    startTestService(
      promptRegistryService,
      { ...registry.environment, DATABASE_URL: url },
      registry.identities,
    );
  const frozen = await replica(gate.url);
  onTestFinished(async () => {
    gate.cut();
    await frozen.stop();
  });
  await observe(versions, canary, 20);
  await gate.stopped;
  const healthy = await replica(registry.environment.DATABASE_URL ?? '');
  onTestFinished(() => healthy.stop());
  const step = async () => {
    const rows = await registry.database.query<{ step: number; actions: string[] }>(
      `select step, array(select entry ->> 'action' from jsonb_array_elements(history) as entry) as actions
       from vc_private.prompt_canaries where id = $1`,
      [canary.id],
    );
    return rows[0];
  };
  await eventually(async () => expect(await step()).toEqual({ step: 1, actions: ['start', 'advance'] }), {
    timeoutMs: 10_000,
  });
});
