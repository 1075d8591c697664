import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { stubService, type TestAnswer, type TestService } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
const path = '/api/flags/ai_model_selection';
let router: TestService;
let service: TestService;
let asked: string[][] = [];

beforeAll(async () => {
  const listed = ['served', 'also-served'];
  router = await stubService(
    llmRouterContract,
    {
      checkModels({ body: { models } }) {
        asked.push(models);
        return { unserved: models.filter((model) => !listed.includes(model)), listed };
      },
    },
    platform.identities,
  );
  service = await platform.startReplica({ LLM_ROUTER_URL: router.url });
});
afterAll(() => router.stop());

const put = (body: object, to = service): Promise<TestAnswer> =>
  to.request(path, { method: 'PUT', as: admin, body });

const variant = (model: unknown, weight = 1) => ({ name: `v${weight}`, weight, config: { model } });

async function store(settings: { readonly enabled: boolean; readonly variants: readonly object[] }) {
  await platform.database.query(
    "update feature_flags set enabled = $1, variants = $2, targeting = '{}' where key = 'ai_model_selection'",
    [settings.enabled, JSON.stringify(settings.variants)],
  );
  asked = [];
}

beforeEach(() => store({ enabled: false, variants: [variant('served')] }));

test.each([
  ['is on', true],
  ['is off', false],
])(
  'a model that no provider serves is refused with the models to choose from, if the flag %s',
  async (_, enabled) => {
    await store({ enabled, variants: [variant('served')] });
    const { status, body } = await put({ variants: [variant('served'), variant('gpt-99', 2)] });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details).toEqual([
      {
        path: 'variants.1.config.model',
        message: '"gpt-99" is served by no configured provider. Choose one of served, also-served.',
      },
    ]);
    expect((await put({ variants: [variant('also-served')] })).status).toBe(200);
  },
);

test.each([[5], [null], [['served']]])('a model that is not a name (%j) is refused', async (model) => {
  const { status, body } = await put({ variants: [variant(model)] });
  expect([status, body.details[0].path]).toEqual([400, 'variants.0.config.model']);
});

test('switching the flag on is refused while it names a model that no provider serves', async () => {
  await store({ enabled: false, variants: [variant('gpt-99')] });
  expect((await put({ enabled: true })).status).toBe(400);
  expect((await put({ enabled: true, variants: [variant('served'), variant('gpt-99', 0)] })).status).toBe(
    200,
  );
});

test('a model that has lost its provider prevents no change that does not add it', async () => {
  const variants = [variant('gpt-99'), variant('served', 2)];
  await store({ enabled: true, variants });
  expect((await put({ rolloutPercentage: 5 })).status).toBe(200);
  expect((await put({ variants: [variant('gpt-99', 0), variant('served', 3)] })).status).toBe(200);
});

test('the kill switch does not ask the router', async () => {
  const variants = [variant('gpt-99')];
  await store({ enabled: true, variants });
  expect((await put({ enabled: false })).status).toBe(200);
  await store({ enabled: true, variants });
  expect((await put({ enabled: false, variants })).status).toBe(200);
  expect(asked).toEqual([]);
});

test('while the router is unavailable, changes are stored unchecked', async () => {
  const alone = await platform.startReplica({ LLM_ROUTER_URL: 'http://127.0.0.1:1' });
  const { status, body } = await put({ enabled: true, variants: [variant('gpt-99')] }, alone);
  expect([status, body.data.enabled]).toEqual([200, true]);
});

test('variants of other flags may name anything', async () => {
  const body = { key: 'car_models', enabled: true, variants: [variant('T')] };
  expect((await service.request('/api/flags', { method: 'POST', as: admin, body })).status).toBe(201);
  expect(asked).toEqual([]);
});
