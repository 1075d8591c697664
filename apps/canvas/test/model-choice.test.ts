import { AppError } from '@valuecanvas/contracts-core';
import { expect, onTestFinished, test } from 'vitest';
import { type Flag, modelOfPrompt, startNeighbours } from './support/neighbours.ts';
import { aBakery, expectError, usePlatform } from './support/platform.ts';

const platform = usePlatform();
const unreachable = 'http://127.0.0.1:1';

/** Returns the model that a separate service requests, given these flags and, optionally, a model in the prompt. */
async function modelWith(flags: readonly Flag[], promptModel?: string): Promise<string | undefined> {
  const prompts = platform.prompts.map((prompt) => ({
    ...prompt,
    metadata: { ...prompt.metadata, ...(promptModel === undefined ? {} : { model: promptModel }) },
  }));
  const neighbours = await startNeighbours(platform.identities, prompts, flags);
  onTestFinished(neighbours.stop);
  const service = await platform.start(neighbours.environment);
  const request = { method: 'POST', as: platform.user, body: aBakery };
  expect((await service.request('/api/canvas/generate', request)).status).toBe(200);
  return neighbours.asked[0]?.model;
}

const flag = (settings: Partial<Flag>): Flag => ({
  key: 'ai_model_selection',
  enabled: true,
  rolloutPercentage: 100,
  targeting: {},
  salt: 'salt',
  version: 1,
  ...settings,
});
const variants = [{ name: 'a', weight: 1, config: { model: 'model-of-the-flag' } }];

test('the flag’s variant takes precedence over the prompt’s model', async () => {
  expect(await modelWith([flag({ variants })], modelOfPrompt)).toBe('model-of-the-flag');
});

test.each<[string, Flag[]]>([
  ['is unknown', []],
  ['is switched off', [flag({ variants, enabled: false })]],
  ['is for another tier', [flag({ variants, targeting: { tiers: ['free'] } })]],
  ['has no variants', [flag({})]],
  ['has a variant that names no model', [flag({ variants: [{ name: 'a', weight: 1, config: {} }] })]],
])('if the flag %s, the prompt’s model is used', async (_, flags) => {
  expect(await modelWith(flags, modelOfPrompt)).toBe(modelOfPrompt);
});

test.each<[string, string | undefined, (string | undefined)[]]>([
  ['the flag’s', modelOfPrompt, ['model-of-the-flag', modelOfPrompt]],
  ['the flag’s, and the prompt names none,', undefined, ['model-of-the-flag', undefined]],
  ['the flag’s and the prompt’s', 'unserved', ['model-of-the-flag', 'unserved', undefined]],
])(
  'if no provider serves %s model, the next choice is used, counted by source',
  async (_, promptModel, asked) => {
    const prompts = platform.prompts.map((prompt) => ({
      ...prompt,
      metadata: { ...prompt.metadata, ...(promptModel === undefined ? {} : { model: promptModel }) },
    }));
    const neighbours = await startNeighbours(platform.identities, prompts, [flag({ variants })]);
    onTestFinished(neighbours.stop);
    neighbours.answer = ({ model }) => {
      if (model === asked.at(-1)) return {};
      throw new AppError('MODEL_NOT_FOUND');
    };
    const service = await platform.start(neighbours.environment);
    const request = { method: 'POST', as: platform.user, body: aBakery };
    expect((await service.request('/api/canvas/generate', request)).status).toBe(200);
    expect(neighbours.asked.map(({ model }) => model)).toEqual(asked);
    const metrics = await (await fetch(`${service.internalUrl}/metrics`)).text();
    expect(metrics).toMatch(/^canvas_unserved_models_total\{.*source="flag".*\} 1$/m);
    expect(await platform.executions()).toMatchObject([{ success: true }]);
  },
);

test('if no model is named, the router’s default is used', async () => {
  expect(await modelWith([])).toBeUndefined();
});

test('if the flag service is unavailable from the start, canvases are generated with the default model', async () => {
  const service = await platform.start({ FEATURE_FLAGS_URL: unreachable });
  const request = { method: 'POST', as: platform.user, body: aBakery };
  expect((await service.request('/api/canvas/generate', request)).status).toBe(200);
  expect(platform.neighbours.asked[0]?.model).toBeUndefined();
});

test('if the registry is unavailable from the start, nothing is generated or spent, and canvases can be read', async () => {
  const { id } = await platform.aCanvas();
  const service = await platform.start({ PROMPT_REGISTRY_URL: unreachable });
  const as = platform.user;
  const post = (path: string, body: unknown) => service.request(path, { method: 'POST', as, body });
  const answer = await post('/api/canvas/generate', aBakery);
  expectError(answer, 503, 'DEPENDENCY_UNAVAILABLE');
  expect(answer.body.retryAfter).toBeGreaterThan(0);
  expectError(await post(`/api/canvas/${id}/refine`, { section: 'channels' }), 503, 'DEPENDENCY_UNAVAILABLE');
  expect(platform.neighbours.asked).toEqual([]);
  expect((await service.request(`/api/canvas/${id}`, { as })).status).toBe(200);
});
