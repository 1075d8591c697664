import { apiKeyPrincipal, type TestAnswer, type TestService, userPrincipal } from '@valuecanvas/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
let service: TestService;

beforeAll(async () => {
  service = await platform.startReplica();
});

let made = 0;
const freshKey = () => `test_flag_${made++}`;

const send = (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> =>
  service.request(path, { method, as: admin, headers, ...(body === undefined ? {} : { body }) });

async function create(settings: object = {}): Promise<string> {
  const key = freshKey();
  const { status } = await send('POST', '/api/flags', { key, ...settings });
  expect(status).toBe(201);
  return key;
}

const rule = (attribute: string, operator: string, ...values: unknown[]) => ({ attribute, operator, values });

const variant = (name: string, weight = 1) => ({ name, weight, config: { model: name } });

describe('creating a flag', () => {
  test('needs only a key: the flag is off, and on for all users when it is switched on', async () => {
    const key = freshKey();
    const { status, body } = await send('POST', '/api/flags', { key });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      data: {
        key,
        name: key,
        description: '',
        enabled: false,
        rolloutPercentage: 100,
        targeting: {},
        type: 'boolean',
        rules: [],
        prerequisites: [],
        version: 1,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        updatedAt: body.data.createdAt,
      },
    });
  });

  test('stores every setting unchanged', async () => {
    const settings = {
      name: 'New checkout',
      description: 'The checkout of 2026.',
      enabled: true,
      rolloutPercentage: 0.001,
      targeting: {
        userIds: ['u1'],
        tiers: ['pro'],
        rules: [{ attribute: 'role', operator: 'notEquals', values: ['admin'] }],
      },
      variants: [variant('blue', 33.3), variant('green', 0)],
    };
    const key = await create(settings);
    const { status, body } = await send('GET', `/api/flags/${key}`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ key, ...settings });
  });

  test('gives each flag its own salt, which is never disclosed', async () => {
    const keys = [await create(), await create()];
    const rows = await platform.database.query<{ salt: string }>(
      'select distinct salt from feature_flags where key = any ($1)',
      [keys],
    );
    expect(rows).toHaveLength(2);
    const { body } = await send('GET', `/api/flags/${keys[0]}`);
    expect(body.data).not.toHaveProperty('salt');
  });

  test('is rejected if the key exists, and changes nothing', async () => {
    const key = await create({ description: 'first' });
    const { status, body } = await send('POST', '/api/flags', { key, description: 'second' });
    expect(status).toBe(409);
    expect(body).toMatchObject({ success: false, code: 'CONFLICT' });
    expect((await send('GET', `/api/flags/${key}`)).body.data.description).toBe('first');
  });

  test.each([
    ['a reserved key', { key: 'evaluate' }, 'key'],
    ['a key in upper case', { key: 'Checkout' }, 'key'],
    ['no key', {}, 'key'],
    ['an unknown field', { key: 'a', enable: true }, 'enable'],
    ['a rollout above 100 %', { key: 'a', rolloutPercentage: 100.5 }, 'rolloutPercentage'],
    ['a rollout finer than a thousandth', { key: 'a', rolloutPercentage: 0.0005 }, 'rolloutPercentage'],
    ['an unknown kind of targeting', { key: 'a', targeting: { cities: ['Bonn'] } }, 'targeting.cities'],
    [
      'two variants with the same name',
      { key: 'a', variants: [variant('x'), variant('x')] },
      'variants.1.name',
    ],
    ['variants without a weight', { key: 'a', variants: [variant('x', 0)] }, 'variants'],
    ['an empty list of variants', { key: 'a', variants: [] }, 'variants'],
  ])('is rejected for %s, with its path', async (_, body, path) => {
    const answer = await send('POST', '/api/flags', body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('VALIDATION_FAILED');
    expect(answer.body.details.map((detail: { path: string }) => detail.path)).toContain(path);
  });

  test('is rejected if the body is too large or not JSON', async () => {
    const large = await send('POST', '/api/flags', { key: 'a', description: 'x'.repeat(70_000) });
    expect([large.status, large.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const xml = await service.request('/api/flags', {
      method: 'POST',
      as: admin,
      body: '<key>a</key>',
      headers: { 'content-type': 'application/xml' },
    });
    expect([xml.status, xml.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });
});

describe('changing a flag', () => {
  test('changes the given settings, keeps the others and increments the version', async () => {
    const key = await create({ description: 'kept', rolloutPercentage: 20 });
    const { status, body } = await send('PUT', `/api/flags/${key}`, { enabled: true });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      enabled: true,
      description: 'kept',
      rolloutPercentage: 20,
      version: 2,
    });
    expect(Date.parse(body.data.updatedAt)).toBeGreaterThan(Date.parse(body.data.createdAt));
  });

  test('keeps the salt, so that no user changes buckets', async () => {
    const key = await create();
    const salt = () => platform.database.query('select salt from feature_flags where key = $1', [key]);
    const before = await salt();
    await send('PUT', `/api/flags/${key}`, { rolloutPercentage: 50 });
    expect(await salt()).toEqual(before);
  });

  test('keeps omitted variants, and removes all of them with an empty list', async () => {
    const key = await create({ variants: [variant('blue')] });
    const kept = await send('PUT', `/api/flags/${key}`, { enabled: true });
    expect(kept.body.data.variants).toEqual([variant('blue')]);
    const removed = await send('PUT', `/api/flags/${key}`, { variants: [] });
    expect(removed.status).toBe(200);
    expect(removed.body.data).not.toHaveProperty('variants');
  });

  test('is rejected if the resulting flag would be inconsistent, and changes nothing', async () => {
    const key = await create();
    const { status, body } = await send('PUT', `/api/flags/${key}`, {
      enabled: true,
      variants: [variant('x'), variant('x')],
    });
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((await send('GET', `/api/flags/${key}`)).body.data).toMatchObject({ enabled: false, version: 1 });
  });

  test('loses none of many concurrent changes', async () => {
    const key = await create();
    const changes = [
      { name: 'renamed' },
      { description: 'described' },
      { enabled: true },
      { rolloutPercentage: 5 },
      { targeting: { tiers: ['pro'] } },
    ];
    const answers = await Promise.all(changes.map((change) => send('PUT', `/api/flags/${key}`, change)));
    expect(answers.map(({ body }) => body.data.version).sort()).toEqual([2, 3, 4, 5, 6]);
    const { body } = await send('GET', `/api/flags/${key}`);
    expect(body.data).toMatchObject({ ...Object.assign({}, ...changes), version: 6 });
  });

  test.each<[string, object, Record<string, string>]>([
    ['the field version', { version: 1 }, {}],
    ['If-Match', {}, { 'if-match': '"1"' }],
  ])('is refused if %s names an older version', async (_, fields, headers) => {
    const key = await create();
    const change = () => send('PUT', `/api/flags/${key}`, { enabled: true, ...fields }, headers);
    const first = await change();
    expect(first.headers.get('etag')).toBe('"2"');
    const { status, body } = await change();
    expect([status, body.code]).toEqual([409, 'CONFLICT']);
    expect(body.details).toMatchObject({ currentVersion: 2 });
    const removal = await send('DELETE', `/api/flags/${key}`, undefined, { 'if-match': '"1"' });
    expect(removal.status).toBe(409);
    expect((await send('GET', `/api/flags/${key}`)).headers.get('etag')).toBe('"2"');
  });

  test('is refused with both versions and the current settings, so that a page can show what would be lost', async () => {
    const key = await create();
    await send('PUT', `/api/flags/${key}`, { description: 'by another operator' });
    const { body } = await send('PUT', `/api/flags/${key}`, { version: 1, description: 'mine' });
    expect(body.details).toMatchObject({
      currentVersion: 2,
      givenVersion: 1,
      current: { description: 'by another operator' },
    });
  });

  test('that does not exist returns 404', async () => {
    const { status, body } = await send('PUT', '/api/flags/no_such_flag', { enabled: false });
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('is rejected for an invalid body or key', async () => {
    expect((await send('PUT', '/api/flags/no_such_flag', { enabled: 'no' })).status).toBe(400);
    expect((await send('PUT', '/api/flags/Not-A-Key', { enabled: false })).status).toBe(400);
    expect((await send('PUT', '/api/flags/a', { description: 'x'.repeat(70_000) })).status).toBe(413);
    const xml = { method: 'PUT', as: admin, body: '<off/>', headers: { 'content-type': 'application/xml' } };
    expect((await service.request('/api/flags/a', xml)).status).toBe(415);
  });
});

describe('targeting that can never match', () => {
  test.each<[string, object, string, string]>([
    ['of countries', { countries: ['DE'] }, 'targeting.countries', 'targetingKey, tier, role'],
    [
      'on an unknown attribute',
      { rules: [rule('seats', 'equals', 5)] },
      'targeting.rules.0.attribute',
      'tier',
    ],
    [
      'on the country, even negated',
      { rules: [rule('tier', 'equals', 'pro'), rule('country', 'notEquals', 'US')] },
      'targeting.rules.1.attribute',
      'Evaluations supply',
    ],
    [
      'with a number for a text',
      { rules: [rule('role', 'notIn', 'admin', 1)] },
      'targeting.rules.0.values',
      'text',
    ],
    [
      'by a comparison of numbers',
      { rules: [rule('tier', 'greaterThan', 1)] },
      'targeting.rules.0.operator',
      'text',
    ],
    [
      'on an unknown tier',
      { rules: [rule('tier', 'in', 'pro', 'gold')] },
      'targeting.rules.0.values',
      'gold',
    ],
    ['on part of no tier', { rules: [rule('tier', 'contains', 'gold')] }, 'targeting.rules', 'tier'],
    ['on no tier', { tiers: [] }, 'targeting.tiers', 'tier'],
    [
      'on tiers that exclude each other',
      { tiers: ['free'], rules: [rule('tier', 'notEquals', 'free')] },
      'targeting.rules',
      'tier',
    ],
    [
      'on two roles at once',
      { rules: [rule('role', 'equals', 'admin'), rule('role', 'in', 'user', 'operator')] },
      'targeting.rules',
      'role',
    ],
  ])('%s is refused, on creation and change, with what exists', async (_, targeting, path, words) => {
    const key = await create();
    const answers = [
      await send('POST', '/api/flags', { key: freshKey(), targeting }),
      await send('PUT', `/api/flags/${key}`, { targeting }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
      expect(body.details).toEqual([{ path, message: expect.stringContaining(words) }]);
    }
    expect((await send('GET', `/api/flags/${key}`)).body.data).toMatchObject({ targeting: {}, version: 1 });
  });

  test.each<[string, object]>([
    ['texts', { rules: [rule('targetingKey', 'startsWith', 'a'), rule('role', 'endsWith', 'or')] }],
    ['overlapping lists', { tiers: ['free', 'pro'], rules: [rule('tier', 'notIn', 'free', 'basic')] }],
    ['listed users, who need not meet the conditions', { userIds: ['u1'], tiers: [] }],
  ])('is not seen in %s', async (_, targeting) => {
    expect((await send('POST', '/api/flags', { key: freshKey(), targeting })).status).toBe(201);
  });

  test('of an earlier release prevents no other change, but switching on', async () => {
    const key = await create({ enabled: true });
    const targeting = { countries: ['DE'] };
    await platform.database.query('update feature_flags set targeting = $1 where key = $2', [targeting, key]);
    const { data: stored } = (await send('GET', `/api/flags/${key}`)).body;
    const { name, description, rolloutPercentage } = stored;
    const whole = { name, description, rolloutPercentage, targeting };
    const statusOf = async (change: object) => (await send('PUT', `/api/flags/${key}`, change)).status;
    expect(await statusOf({ ...whole, rolloutPercentage: 5 })).toBe(200);
    expect(await statusOf({ enabled: false })).toBe(200);
    expect(await statusOf({ ...whole, enabled: false })).toBe(200);
    expect(await statusOf({ enabled: true })).toBe(400);
  });
});

describe('deleting a flag', () => {
  test('removes it, and returns 404 the second time', async () => {
    const key = await create();
    const first = await send('DELETE', `/api/flags/${key}`);
    expect([first.status, first.body]).toEqual([204, '']);
    const second = await send('DELETE', `/api/flags/${key}`);
    expect([second.status, second.body.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('or reading a flag rejects an invalid key, and returns 404 for an unknown one', async () => {
    expect((await send('DELETE', '/api/flags/NO')).status).toBe(400);
    expect((await send('GET', '/api/flags/NO')).status).toBe(400);
    const unknown = await send('GET', '/api/flags/no_such_flag');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('listing flags', () => {
  test('pages through all flags by key, each once', async () => {
    await Promise.all([create(), create(), create()]);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { status, body }: TestAnswer = await send(
        'GET',
        `/api/flags?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      expect(body.data.length).toBeLessThanOrEqual(2);
      expect(body.pagination.limit).toBe(2);
      seen.push(...body.data.map(({ key }: { key: string }) => key));
      cursor = body.pagination.nextCursor;
    }
    const rows = await platform.database.query<{ key: string }>('select key from feature_flags order by key');
    expect(seen).toEqual(rows.map(({ key }) => key));
  });

  test('contains the flags of every new deployment', async () => {
    const { body } = await send('GET', '/api/flags?limit=100');
    const keys = body.data.map(({ key }: { key: string }) => key);
    expect(keys).toEqual(
      expect.arrayContaining(['advanced_analytics', 'ai_model_selection', 'llm_caching', 'new_canvas_ui']),
    );
    expect(body.pagination.nextCursor).toBeNull();
  });

  test.each(['limit=0', 'limit=101', 'limit=many', 'cursor=No', 'cursor=a%00'])(
    'is rejected with %s',
    async (query) => {
      const { status, body } = await send('GET', `/api/flags?${query}`);
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe.each([
  ['GET', '/api/flags'],
  ['POST', '/api/flags'],
  ['GET', '/api/flags/llm_caching'],
  ['PUT', '/api/flags/llm_caching'],
  ['DELETE', '/api/flags/llm_caching'],
])('%s %s', (method, path) => {
  test('requires a permission that users do not hold', async () => {
    const user = userPrincipal({ tier: 'enterprise' });
    const keyOfAdmin = apiKeyPrincipal(['flags:evaluate'], admin);
    expect((await service.request(path, { method })).status).toBe(401);
    expect((await service.request(path, { method, as: { kind: 'anonymous' } })).status).toBe(401);
    expect((await service.request(path, { method, as: user })).status).toBe(403);
    expect((await service.request(path, { method, as: keyOfAdmin })).status).toBe(403);
    expect(
      (await service.request(path, { method, as: { kind: 'service', service: 'canvas' }, from: 'canvas' }))
        .status,
    ).toBe(403);
  });
});
