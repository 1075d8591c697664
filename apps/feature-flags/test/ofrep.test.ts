import { anonymous, headers as names } from '@valuecanvas/contracts-core';
import { apiKeyPrincipal, type TestAnswer, type TestService, userPrincipal } from '@valuecanvas/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { admin, usePlatform } from './platform.ts';

const platform = usePlatform();
let service: TestService;

beforeAll(async () => {
  service = await platform.startReplica();
  await create({ key: 'half', rolloutPercentage: 50 });
  await create({ key: 'off', enabled: false });
  await create({ key: 'none', rolloutPercentage: 0 });
  await create({
    key: 'colours',
    targeting: { tiers: ['pro'] },
    variants: [{ name: 'blue', weight: 1, config: { code: '#00f' } }],
  });
});

const create = async (settings: object) => {
  const body = { enabled: true, ...settings };
  const { status } = await service.request('/api/flags', { method: 'POST', as: admin, body });
  expect(status).toBe(201);
};

const bulkPath = '/ofrep/v1/evaluate/flags';
const pathOf = (key: string) => `${bulkPath}/${encodeURIComponent(key)}`;
const key = apiKeyPrincipal(['flags:evaluate']);

type As = ReturnType<typeof userPrincipal>;

const evaluate = (
  path: string,
  context: object | undefined,
  as: As = key,
  headers: Record<string, string> = {},
): Promise<TestAnswer> => service.request(path, { method: 'POST', as, headers, body: { context } });

describe('the evaluation of a flag', () => {
  test('has its value, reason and version', async () => {
    const { status, body } = await evaluate(pathOf('llm_caching'), { targetingKey: 'a' });
    expect(status).toBe(200);
    expect(body).toEqual({ key: 'llm_caching', reason: 'STATIC', value: true, metadata: { version: 1 } });
  });

  test('has the variant and its configuration', async () => {
    const { body } = await evaluate(pathOf('colours'), { targetingKey: 'a', tier: 'pro' });
    expect(body).toMatchObject({ variant: 'blue', value: { code: '#00f' }, reason: 'SPLIT' });
  });

  test('has no value if the default of the code applies: the flag is disabled, or has no variant for the context', async () => {
    const disabled = await evaluate(pathOf('off'), { targetingKey: 'a' });
    expect(disabled.body).toEqual({ key: 'off', reason: 'DISABLED', metadata: { version: 1 } });
    const untargeted = await evaluate(pathOf('colours'), { targetingKey: 'a', tier: 'free' });
    expect(untargeted.body).toEqual({ key: 'colours', reason: 'DEFAULT', metadata: { version: 1 } });
  });

  test('is false for a boolean flag outside its rollout', async () => {
    const { body } = await evaluate(pathOf('none'), { targetingKey: 'a' });
    expect(body).toMatchObject({ value: false, reason: 'DEFAULT' });
  });

  test('depends on the targeting key of the context', async () => {
    const contexts = Array.from({ length: 40 }, (_, index) => ({ targetingKey: `user-${index}` }));
    const answers = await Promise.all(contexts.map((context) => evaluate(pathOf('half'), context)));
    expect(new Set(answers.map(({ body }) => body.value))).toEqual(new Set([true, false]));
  });

  test('takes the tier of a signed-in user from the session and not from the context', async () => {
    const context = { targetingKey: 'a', tier: 'pro', role: 'admin' };
    const free = await evaluate(pathOf('colours'), context, userPrincipal({ tier: 'free' }));
    expect(free.body.reason).toBe('DEFAULT');
    const pro = await evaluate(pathOf('colours'), { tier: 'free' }, userPrincipal({ tier: 'pro' }));
    expect(pro.body.variant).toBe('blue');
  });

  test('uses the signed-in user if the context has no targeting key', async () => {
    const user = userPrincipal();
    const own = await service.request('/api/flags/evaluate', { as: user });
    const { body } = await evaluate(pathOf('half'), undefined, user);
    expect(body.value).toBe(own.body.data.flags.half.value);
  });
});

describe('the evaluation of all flags', () => {
  const context = { targetingKey: 'a', plan: 'gold' };

  test('equals the single evaluations, ordered by key', async () => {
    const { status, body } = await evaluate(bulkPath, context);
    expect(status).toBe(200);
    const keys = body.flags.map((flag: { key: string }) => flag.key);
    expect(keys).toEqual([...keys].sort());
    expect(keys).toContain('half');
    for (const flag of body.flags) {
      expect((await evaluate(pathOf(flag.key), context)).body).toEqual(flag);
    }
  });

  test('is not sent again to a client that has it', async () => {
    const first = await evaluate(bulkPath, context);
    const tag = first.headers.get('etag') ?? '';
    const second = await evaluate(bulkPath, context, key, { 'if-none-match': tag });
    expect([second.status, second.body, second.headers.get('etag')]).toEqual([304, '', tag]);
  });

  test('is sent again if another attribute of the context changes the values', async () => {
    const free = await evaluate(bulkPath, { ...context, tier: 'free' });
    const pro = await evaluate(bulkPath, { ...context, tier: 'pro' }, key, {
      'if-none-match': free.headers.get('etag') ?? '',
    });
    expect(pro.status).toBe(200);
  });

  test('includes the change that an event has named, even if this replica has not heard of it', async () => {
    const remote = await platform.startReplica();
    const deaf = await platform.startReplica({
      FLAGS_POLL_MS: '600000',
      REDIS_KEY_PREFIX: 'another',
    });
    await evaluate(bulkPath, context);
    const request = (on: TestService, query: string) =>
      on.request(`${bulkPath}${query}`, { method: 'POST', as: key, body: { context } });
    await request(deaf, '');
    const fresh = { key: `fresh_${Date.now()}`, enabled: true };
    await remote.request('/api/flags', { method: 'POST', as: admin, body: fresh });
    const has = ({ body }: TestAnswer) =>
      body.flags.some((flag: { key: string }) => flag.key === fresh.key) as boolean;
    expect(has(await request(deaf, ''))).toBe(false);
    expect(has(await request(deaf, '?flagConfigEtag=another'))).toBe(true);
  });
});

describe('a failed evaluation has a key and an error code', () => {
  test.each(['absent', 'a/b', 'Größe 🙂', 'k'.repeat(200), '%', '../up'])(
    'for the unknown flag %s',
    async (name) => {
      const { status, body } = await evaluate(pathOf(name), { targetingKey: 'a' });
      expect([status, body.key, body.errorCode]).toEqual([404, name, 'FLAG_NOT_FOUND']);
    },
  );

  test('for 200 characters outside ASCII', async () => {
    const name = 'ü🙂'.repeat(66);
    const { status, body } = await evaluate(pathOf(name), { targetingKey: 'a' });
    expect([status, body.key, body.errorCode]).toEqual([404, name, 'FLAG_NOT_FOUND']);
  });

  test.each([
    ['TARGETING_KEY_MISSING', { context: {} }],
    ['TARGETING_KEY_MISSING', {}],
    ['INVALID_CONTEXT', { context: 'text' }],
    ['INVALID_CONTEXT', { context: { targetingKey: 7 } }],
    ['PARSE_ERROR', '{"context":'],
  ])('%s for the body %j', async (errorCode, body) => {
    for (const [path, name] of [
      [pathOf('half'), 'half'],
      [bulkPath, ''],
    ] as const) {
      const answer = await service.request(path, { method: 'POST', as: key, body });
      expect([answer.status, answer.body.key, answer.body.errorCode]).toEqual([400, name, errorCode]);
    }
  });

  test('for a caller without credentials', async () => {
    const { status, body } = await service.request(pathOf('half'), {
      method: 'POST',
      body: { context: {} },
    });
    expect([status, body.key, body.errorCode]).toEqual([401, 'half', 'GENERAL']);
  });
});

describe('the stream of changes', () => {
  const open = async (on: TestService, headers: Record<string, string> = {}) => {
    const { body } = await on.request(bulkPath, {
      method: 'POST',
      as: key,
      body: { context: { targetingKey: 'a' } },
    });
    const { type, endpoint, inactivityDelaySec } = body.eventStreams[0];
    expect([type, inactivityDelaySec]).toEqual(['sse', 120]);
    const abort = new AbortController();
    const identity = await platform.identities.signer('gateway')('feature-flags', anonymous);
    const response = await fetch(`${on.url}${endpoint.requestUri}`, {
      headers: { ...headers, [names.identity]: identity },
      signal: abort.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const next = async () => {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const event = text.slice(0, end);
          text = text.slice(end + 2);
          return Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        }
        const read = await reader?.read();
        if (read?.value === undefined) return undefined;
        text += read.value;
      }
    };
    return { next, close: () => abort.abort() };
  };

  const change = async (on: TestService, rolloutPercentage: number) => {
    const body = { rolloutPercentage };
    await on.request('/api/flags/half', { method: 'PUT', as: admin, body });
  };

  test('tells every replica’s clients of a change on any replica', async () => {
    const other = await platform.startReplica();
    const events = await open(other);
    const first = await events.next();
    await change(service, 51);
    const second = await events.next();
    expect(second).toMatchObject({ event: 'message', id: expect.any(String) });
    expect(second?.id).not.toBe(first?.id);
    expect(JSON.parse(second?.data)).toEqual({ type: 'refetchEvaluation', etag: second?.id });
    events.close();
  });

  test('tells a client that reconnects of what it missed, and nothing if it missed nothing', async () => {
    const earlier = await open(service);
    const seen = (await earlier.next())?.id ?? '';
    earlier.close();

    const upToDate = await open(service, { 'last-event-id': seen });
    await change(service, 52);
    const afterChange = await upToDate.next();
    expect(afterChange?.id).not.toBe(seen);
    upToDate.close();

    const outdated = await open(service, { 'last-event-id': seen });
    expect((await outdated.next())?.id).toBe(afterChange?.id);
    outdated.close();
  });

  test('ends when the service stops, so that clients move to another replica', async () => {
    const replica = await platform.startReplica();
    const events = await open(replica);
    await events.next();
    await replica.stop();
    expect(await events.next()).toBeUndefined();
  });

  test.each([
    ['', 400],
    ['?token=', 401],
    ['?token=guessed', 401],
  ])('refuses the query "%s"', async (query, expected) => {
    const { status, body } = await service.request(`/ofrep/v1/events${query}`, { as: anonymous });
    expect([status, body.errorCode]).toEqual([expected, 'GENERAL']);
  });
});
