import type { UserPrincipal } from '@valuecanvas/contracts-core';
import {
  type ExperimentResults,
  type PromptExecution,
  promptRegistryContract,
} from '@valuecanvas/contracts-prompt-registry';
import { createClient } from '@valuecanvas/http-client';
import { createPrompts, type Prompts } from '@valuecanvas/prompts-sdk';
import { createKeys, createWaitingRedis } from '@valuecanvas/redis';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from './registry.ts';
import { executionOf, recordAll } from './trial-facts.ts';

// Simulates whole experiments through the interfaces that a service and an operator use: the SDK assigns units, executions go
// through the journal, and the results are read over HTTP after each part. Random numbers are seeded.

let registry: TestRegistry;
let operator: UserPrincipal;
let sdk: Prompts;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  registry = await startRegistry();
  operator = await registry.database.createUser({ role: 'operator' });
  const redis = createWaitingRedis({ url: registry.redis.url, name: 'test', onError: () => undefined });
  const client = createClient(promptRegistryContract, {
    baseUrl: registry.service.url,
    sign: registry.identities.signer('canvas'),
  });
  sdk = createPrompts({
    client: { getPromptSnapshot: client.call.getPromptSnapshot },
    redis,
    keys: createKeys(registry.redis.prefix),
    service: 'canvas',
    pollMs: 3_600_000,
    onError: () => undefined,
  });
  ends.push(
    () => sdk.stop(),
    () => redis.disconnect(),
    () => client.close(),
  );
});
afterAll(async () => {
  for (const end of ends) await end();
  await registry.stop();
});

/** Seeded uniform random numbers (mulberry32). */
function createUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A log-normal cost with a median of `medianNanos` and a sigma of 0.5. */
function randomCost(uniform: () => number, medianNanos: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return Math.round(medianNanos * Math.exp(0.5 * normal));
}

const parts = 4;
const executionsPerPart = 150;

/** Runs an experiment, and returns its results after each part. `costOf` is the median cost of an arm. */
async function simulate(
  name: string,
  seed: number,
  costOf: Readonly<Record<string, number>>,
  lost: (arm: string, uniform: () => number) => boolean = () => false,
): Promise<readonly ExperimentResults[]> {
  const uniform = createUniform(seed);
  const promptKey = `simulated.${name}`;
  const versions = [
    await registry.create({ promptKey, template: 'first' }),
    await registry.create({ promptKey, template: 'second' }),
  ];
  if (versions[0]) await registry.activate(versions[0]);
  const post = (path: string, body?: object) =>
    registry.as(operator, `/api/prompts/ab-tests${path}`, { method: 'POST', ...(body ? { body } : {}) });
  const arms = ['a', 'b'].map((arm, index) => ({ name: arm, version: index + 1, weight: 50 }));
  const created = await post('', {
    name,
    promptKey,
    arms,
    metric: 'cost',
    expectedSample: 600,
    bounds: { cost: 0.05 },
  });
  const { id } = created.body.data;
  expect((await post(`/${id}/start`)).status).toBe(200);
  await eventually(() => expect(sdk.resolve(promptKey, { unit: 'any' }).assignment?.trialId).toBe(id));

  const looks: ExperimentResults[] = [];
  for (let part = 0; part < parts; part += 1) {
    const facts: PromptExecution[] = [];
    for (let index = 0; index < executionsPerPart; index += 1) {
      const unit = `unit-${part}-${index}`;
      const { versionId, assignment } = sdk.render(promptKey, {}, { unit });
      if (!assignment || lost(assignment.arm, uniform)) continue;
      const costNanos = randomCost(uniform, costOf[assignment.arm] ?? 0);
      facts.push(executionOf(registry, { ...assignment, unit }, { promptVersionId: versionId, costNanos }));
    }
    await recordAll(registry, facts);
    looks.push((await registry.as(operator, `/api/prompts/ab-tests/${id}/results`)).body.data);
  }
  return looks;
}

const outcomeOf = (results: ExperimentResults | undefined) => results?.metrics[0]?.comparisons[0]?.outcome;

test('four experiments without a difference find none at any look', async () => {
  for (let seed = 1; seed <= 4; seed += 1) {
    const looks = await simulate(`aa-${'x'.repeat(seed)}`, seed, { a: 1_000_000, b: 1_000_000 });
    expect([seed, ...looks.map(outcomeOf)]).not.toContain('better');
    expect([seed, ...looks.map(outcomeOf)]).not.toContain('worse');
    expect(looks.map(({ sampleRatio }) => sampleRatio.isMismatch)).not.toContain(true);
  }
});

test('an arm that costs 30 % less is found, and the interval contains the true difference', async () => {
  const looks = await simulate('ab', 100, { a: 1_000_000, b: 700_000 });
  const last = looks.at(-1);
  expect(outcomeOf(last)).toBe('better');
  expect(last?.verdict).toMatch(/^b costs \d+ % less \(between \d+ % and \d+ %\)\.$/);
  const { lower, upper } = last?.metrics[0]?.comparisons[0]?.relative ?? { lower: 0, upper: 0 };
  expect(lower).toBeLessThan(-0.3);
  expect(upper).toBeGreaterThan(-0.3);
  const counted = last?.sampleRatio.arms.reduce((sum, { units }) => sum + units, 0);
  expect(counted).toBe(parts * executionsPerPart);
});

test('an experiment that loses half the units of an arm says that its results must not be used', async () => {
  const halfOfB = (arm: string, uniform: () => number) => arm === 'b' && uniform() < 0.5;
  const looks = await simulate('broken', 7, { a: 1_000_000, b: 500_000 }, halfOfB);
  expect(looks.at(-1)?.sampleRatio.isMismatch).toBe(true);
  expect(looks.at(-1)?.verdict).toMatch(/^The split is broken/);
});
