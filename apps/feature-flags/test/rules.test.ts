import { apiKeyPrincipal, type TestAnswer, type TestService } from '@valuecanvas/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
let service: TestService;

beforeAll(async () => {
  service = await platform.startReplica();
});

let made = 0;
const freshKey = () => `ruled_${made++}`;

const send = (method: string, path: string, body?: unknown): Promise<TestAnswer> =>
  service.request(path, { method, as: admin, ...(body === undefined ? {} : { body }) });

async function create(settings: object): Promise<string> {
  const key = freshKey();
  const { status, body } = await send('POST', '/api/flags', { key, enabled: true, ...settings });
  expect(body).toMatchObject({ success: true });
  expect(status).toBe(201);
  return key;
}

const apiKey = apiKeyPrincipal(['flags:evaluate']);

const evaluate = async (key: string, context: object) => {
  const path = `/ofrep/v1/evaluate/flags/${key}`;
  const body = { context: { targetingKey: 'anna', ...context } };
  return (await service.request(path, { method: 'POST', as: apiKey, body })).body;
};

const when = (attribute: string, operator: string, ...values: unknown[]) => ({ attribute, operator, values });

const colours = [
  { name: 'red', weight: 1, value: '#f00' },
  { name: 'blue', weight: 0, value: '#00f' },
];

describe('a typed flag', () => {
  test.each([
    ['boolean', true, false],
    ['string', 'a', 'b'],
    ['number', 0, 2.5],
    ['object', { a: [1] }, {}],
  ])('serves values of the type %s', async (type, one, other) => {
    const key = await create({
      variants: [
        { name: 'one', weight: 1, value: one },
        { name: 'other', weight: 0, value: other },
      ],
      rules: [{ when: when('plan', 'equals', 'gold'), variant: 'other' }],
    });
    expect((await send('GET', `/api/flags/${key}`)).body.data.type).toBe(type);
    expect(await evaluate(key, {})).toMatchObject({ variant: 'one', value: one, reason: 'SPLIT' });
    expect(await evaluate(key, { plan: 'gold' })).toMatchObject({
      variant: 'other',
      value: other,
      reason: 'TARGETING_MATCH',
    });
  });

  test('serves its default variant to contexts that nothing selects, and no value if it is disabled', async () => {
    const key = await create({ variants: colours, rolloutPercentage: 0, defaultVariant: 'blue' });
    expect(await evaluate(key, {})).toMatchObject({ variant: 'blue', value: '#00f', reason: 'DEFAULT' });
    await send('PUT', `/api/flags/${key}`, { enabled: false });
    expect(await evaluate(key, {})).toEqual({ key, reason: 'DISABLED', metadata: { version: 2 } });
  });

  test('stores every setting unchanged, and keeps omitted ones', async () => {
    const settings = {
      variants: colours,
      defaultVariant: 'blue',
      bucketBy: 'tenant',
      rules: [
        {
          name: 'Germany, without staff',
          when: {
            all: [when('country', 'in', 'DE', 'AT'), { not: when('email', 'endsWith', '@example.com') }],
          },
          percentage: 12.345,
          variant: 'red',
        },
      ],
      prerequisites: [{ key: 'llm_caching' }],
    };
    const key = await create(settings);
    const { body } = await send('PUT', `/api/flags/${key}`, { name: 'Renamed' });
    expect(body.data).toMatchObject(settings);
    const emptied = await send('PUT', `/api/flags/${key}`, {
      defaultVariant: '',
      bucketBy: '',
      rules: [],
      prerequisites: [],
    });
    expect(emptied.body.data).toMatchObject({ rules: [], prerequisites: [] });
    expect(emptied.body.data).not.toHaveProperty('defaultVariant');
    expect(emptied.body.data).not.toHaveProperty('bucketBy');
  });

  test.each([
    [
      'values of two types',
      { variants: [colours[0], { name: 'n', weight: 1, value: 1 }] },
      'variants.1.value',
    ],
    [
      'a value and a configuration',
      { variants: [{ name: 'a', weight: 1, value: 1, config: { b: 1 } }] },
      'variants.0.value',
    ],
    ['an unknown variant', { rules: [{ when: when('a', 'isSet', true), variant: 'x' }] }, 'rules.0.variant'],
    ['an unknown default', { variants: colours, defaultVariant: 'green' }, 'defaultVariant'],
    ['no form of a condition', { rules: [{ when: {} }] }, 'rules.0.when'],
    [
      'two forms of a condition',
      { rules: [{ when: { ...when('a', 'isSet', true), not: when('b', 'isSet', true) } }] },
      'rules.0.when',
    ],
    [
      'an invalid expression deep inside',
      { rules: [{ when: { any: [{ not: when('a', 'matches', 'ok', '(') }] } }] },
      'rules.0.when.any.0.not.values.1',
    ],
    [
      'a share finer than a thousandth of a percent',
      { rules: [{ when: when('a', 'isSet', true), percentage: 0.0005 }] },
      'rules.0.percentage',
    ],
    ['an unknown prerequisite', { prerequisites: [{ key: 'absent' }] }, 'prerequisites.0.key'],
  ])('is refused for %s, with its path', async (_, settings, path) => {
    const answer = await send('POST', '/api/flags', { key: freshKey(), ...settings });
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.details.map((detail: { path: string }) => detail.path)).toContain(path);
  });
});

describe('prerequisites', () => {
  test('turn a flag off with the flag that it needs', async () => {
    const parent = await create({});
    const child = await create({ prerequisites: [{ key: parent }] });
    expect((await evaluate(child, {})).value).toBe(true);
    await send('PUT', `/api/flags/${parent}`, { enabled: false });
    expect((await evaluate(child, {})).value).toBe(false);
  });

  test('must not form a cycle, which the refusal describes', async () => {
    const first = await create({});
    const second = await create({ prerequisites: [{ key: first }] });
    const third = await create({ prerequisites: [{ key: second }] });
    const { status, body } = await send('PUT', `/api/flags/${first}`, { prerequisites: [{ key: third }] });
    expect(status).toBe(400);
    expect(body.details[0].message).toBe(
      `forms a cycle: ${first} needs ${third} needs ${second} needs ${first}`,
    );
  });

  test('protect a flag from deletion', async () => {
    const parent = await create({});
    const child = await create({ prerequisites: [{ key: parent }] });
    const refused = await send('DELETE', `/api/flags/${parent}`);
    expect([refused.status, refused.body.details]).toEqual([409, { dependents: [child] }]);
    await send('DELETE', `/api/flags/${child}`);
    expect((await send('DELETE', `/api/flags/${parent}`)).status).toBe(204);
  });
});

describe('explaining a flag', () => {
  const explain = (key: string, context: object) =>
    send('POST', `/api/flags/${key}/explain`, { context: { targetingKey: 'anna', ...context } });

  test('names the rule that decided, the reasons of those before it, and the bucket', async () => {
    const key = await create({
      rolloutPercentage: 0,
      rules: [
        { name: 'Adults', when: when('age', 'greaterThan', 17) },
        { when: when('plan', 'equals', 'gold') },
      ],
    });
    const { status, body } = await explain(key, { plan: 'gold', age: '18' });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      evaluation: { enabled: true, variant: null, value: true, reason: 'TARGETING_MATCH' },
      version: 1,
      steps: [
        {
          name: 'Rule 1: Adults',
          decided: false,
          failures: ['age greaterThan 17: greaterThan compares numbers, but age is a string'],
        },
        { name: 'Rule 2', decided: true, failures: [] },
      ],
      unit: 'anna',
      bucket: expect.any(Number),
    });
  });

  test('has no bucket for a context without the attribute that selects it', async () => {
    const key = await create({ bucketBy: 'tenant', rolloutPercentage: 50 });
    expect((await explain(key, {})).body.data).toMatchObject({ unit: null, bucket: null });
    expect((await explain(key, { tenant: 7 })).body.data).toMatchObject({ unit: '7' });
  });

  test('needs the permission to read flags, and an existing flag', async () => {
    expect((await explain('absent', {})).status).toBe(404);
    const body = { context: { targetingKey: 'a' } };
    const path = '/api/flags/llm_caching/explain';
    expect((await service.request(path, { method: 'POST', as: apiKey, body })).status).toBe(403);
  });
});
