import { type RateLimitViolation, rateLimitViolation } from '@valuecanvas/contracts-llm-router';
import { streamOf } from '@valuecanvas/journal';
import { createKeys } from '@valuecanvas/redis';
import { eventually, startSeverableLink } from '@valuecanvas/testing';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createKeyOfUser } from './support/api-keys.ts';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;

afterEach(() => gateway.stop());

/** Sends requests one after the other and returns their statuses. */
async function ask(count: number, path: string, headers: Record<string, string> = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) {
    statuses.push((await gateway.service.request(path, { headers })).status);
  }
  return statuses;
}

/** Returns the remaining number of requests in the window of an address or user. */
async function remaining(headers: Record<string, string> = {}): Promise<number> {
  const answer = await gateway.service.request('/api/canvas', { headers });
  return Number(answer.headers.get('ratelimit-remaining'));
}

test('a refusal states the tier, the limit and when to retry', async () => {
  gateway = await startGateway({ RATE_LIMIT_PER_MINUTE: '20', UPGRADE_URL: 'https://canvas.example.com/up' });
  const authorization = await gateway.bearer();
  expect(await ask(20, '/api/canvas', authorization)).toEqual(Array(20).fill(200));
  const { status, headers, body } = await gateway.service.request('/api/canvas', { headers: authorization });
  expect(status).toBe(429);
  expect(body).toMatchObject({
    success: false,
    error: 'Rate limit exceeded',
    code: 'RATE_LIMITED',
    tier: 'free',
    limit: 20,
    windowMs: 60_000,
    upgradeUrl: 'https://canvas.example.com/up',
  });
  expect(Number.isInteger(body.retryAfter) && body.retryAfter > 0 && body.retryAfter <= 60).toBe(true);
  expect(headers.get('retry-after')).toBe(String(body.retryAfter));
  expect(headers.get('ratelimit-limit')).toBe('20');
  expect(headers.get('ratelimit-remaining')).toBe('0');
  expect(Number(headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60);
  expect(headers.has('x-should-retry')).toBe(false);
});

describe('the rate limit', () => {
  test('counts each user separately, and anonymous requests by address with a limit of their own', async () => {
    gateway = await startGateway({ ANONYMOUS_RATE_LIMIT_PER_MINUTE: '9000' });
    const [first, second] = [await gateway.bearer(), await gateway.bearer()];
    expect(await remaining(first)).toBe(9_999);
    expect(await remaining(first)).toBe(9_998);
    expect(await remaining(second)).toBe(9_999);
    const left = await remaining();
    expect(left).toBeLessThan(9_000);
    expect(await remaining()).toBe(left - 1);
  });

  test('includes unknown paths and invalid tokens', async () => {
    gateway = await startGateway({ ANONYMOUS_RATE_LIMIT_PER_MINUTE: '1000' });
    const before = await remaining();
    await ask(1, '/nowhere');
    await ask(1, '/api/canvas', { authorization: 'Bearer bad' });
    await ask(1, '/auth/v1/user');
    await ask(1, '/%zz');
    expect(await remaining()).toBe(before - 5);
  });

  test('prevents look-ups of unknown keys from an address over its limit, while cached keys count for their user', async () => {
    gateway = await startGateway({ ANONYMOUS_RATE_LIMIT_PER_MINUTE: '10' });
    const [known, unknown] = [await createKeyOfUser(gateway), await createKeyOfUser(gateway)];
    const shown = ({ key }: { key: string }) => ({ 'x-api-key': key });
    expect(await ask(1, '/v1/models', shown(known))).toEqual([200]);
    await ask(12, '/nowhere');
    expect(await ask(1, '/v1/models', shown(known))).toEqual([200]);
    expect(await ask(1, '/v1/models', shown(unknown))).toEqual([429]);
  });

  test('excludes health routes', async () => {
    gateway = await startGateway({ ANONYMOUS_RATE_LIMIT_PER_MINUTE: '3' });
    await ask(4, '/nowhere');
    expect(await ask(3, '/nowhere')).toEqual([429, 429, 429]);
    expect(await ask(1, '/health/live')).toEqual([200]);
    expect(await ask(1, '/health')).toEqual([200]);
  });

  test('for sign-up and login uses the address and a lower limit, even for authenticated users', async () => {
    gateway = await startGateway({ AUTH_RATE_LIMIT_PER_MINUTE: '3' });
    const { body } = await gateway.signUp();
    const logIn = (headers = {}) =>
      gateway.service.request('/auth/v1/token?grant_type=password', {
        method: 'POST',
        headers,
        body: { email: body.user.email, password: 'wrong horse' },
      });
    expect((await logIn()).status).toBe(400);
    expect((await logIn({ authorization: `Bearer ${body.access_token}` })).status).toBe(400);
    const refused = await logIn({ authorization: `Bearer ${body.access_token}` });
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 429, error_code: 'over_request_rate_limit', limit: 3 });
    expect((await gateway.service.request('/auth/v1/.well-known/jwks.json')).status).toBe(200);
  });
});

describe('the address', () => {
  const via = (address: string) => ({ 'x-forwarded-for': address });

  test('cannot be chosen by the client', async () => {
    gateway = await startGateway();
    const first = await remaining(via('198.51.100.1'));
    expect(await remaining(via('198.51.100.2'))).toBe(first - 1);
  });

  test('is the one that a trusted proxy reports, and the /64 network for IPv6', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    expect(await remaining(via('198.51.100.1'))).toBe(9_999);
    expect(await remaining(via('198.51.100.2'))).toBe(9_999);
    expect(await remaining(via('2001:db8:1:1::1'))).toBe(9_999);
    expect(await remaining(via('2001:db8:1:1:ffff::2'))).toBe(9_998);
    expect(await remaining(via('203.0.113.9, 198.51.100.1'))).toBe(9_998);
  });

  test('is the rightmost address that is not a trusted proxy', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback,10.0.0.0/8' });
    expect(await remaining(via('198.51.100.1, 10.0.0.7'))).toBe(9_999);
    expect(await remaining(via('203.0.113.9, 198.51.100.1, 10.1.2.3, 10.0.0.7'))).toBe(9_998);
    expect(await remaining(via('198.51.100.1, 203.0.113.9'))).toBe(9_999);
    expect(
      await remaining({ ...via('198.51.100.1'), 'x-real-ip': '203.0.113.10', forwarded: 'for=::1' }),
    ).toBe(9_997);
  });

  test('is counted without the port that a proxy adds, and unknown addresses share one counter', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    expect(await remaining(via('198.51.100.1:4711'))).toBe(9_999);
    expect(await remaining(via('198.51.100.1:4712'))).toBe(9_998);
    expect(await remaining(via('unknown'))).toBe(9_999);
    expect(await remaining(via('_hidden'))).toBe(9_998);
  });
});

test('the refusal of a limit behind the gateway says nothing about the gateway’s own limit', async () => {
  gateway = await startGateway({});
  const refusalWith = async (limits: Readonly<Record<string, string>>) => {
    gateway.upstream.answer((_, response) =>
      response.writeHead(429, { ...limits, 'content-type': 'application/json' }).end('{}'),
    );
    const { headers } = await gateway.service.request('/api/canvas');
    return ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'].map((name) => headers.get(name));
  };
  expect(await refusalWith({})).toEqual([null, null, null]);
  const limits = { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '1800' };
  expect(await refusalWith(limits)).toEqual(['10', '0', '1800']);
});

describe('the error of a refused request', () => {
  const refuse = async (path: string) => {
    gateway = await startGateway({ ANONYMOUS_RATE_LIMIT_PER_MINUTE: '8' });
    await ask(9, '/nowhere');
    const { status, headers, body } = await gateway.service.request(path);
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(headers.get('ratelimit-limit')).toBe('8');
    expect(headers.get('ratelimit-remaining')).toBe('0');
    expect(headers.get('ratelimit-reset')).toBe(headers.get('retry-after'));
    return body;
  };
  const facts = { tier: 'anonymous', limit: 8, windowMs: 60_000, upgradeUrl: expect.any(String) };

  test('has the platform’s format', async () => {
    expect(await refuse('/api/canvas')).toMatchObject({
      success: false,
      error: 'Rate limit exceeded',
      code: 'RATE_LIMITED',
      retryAfter: expect.any(Number),
      ...facts,
    });
  });

  test('has OpenAI’s format', async () => {
    expect(await refuse('/v1/models')).toMatchObject({
      error: { type: 'rate_limit_error', code: 'RATE_LIMITED', retryAfter: expect.any(Number), ...facts },
    });
  });

  test('has Supabase Auth’s format', async () => {
    expect(await refuse('/auth/v1/user')).toMatchObject({
      code: 429,
      error_code: 'over_request_rate_limit',
      msg: expect.any(String),
      retryAfter: expect.any(Number),
      ...facts,
    });
  });
});

describe('without Redis', () => {
  const away = 'redis://127.0.0.1:1';
  const guess = (headers = {}) =>
    gateway.service.request('/auth/v1/token?grant_type=password', {
      method: 'POST',
      headers,
      body: { email: 'unknown@example.com', password: 'guess' },
    });

  test('requests pass uncounted and without delay', async () => {
    gateway = await startGateway({ REDIS_URL: away, ANONYMOUS_RATE_LIMIT_PER_MINUTE: '1' });
    const startedAt = performance.now();
    expect(await ask(5, '/api/canvas')).toEqual([200, 200, 200, 200, 200]);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('password guessing is limited as with Redis, with the same refusal', async () => {
    gateway = await startGateway({
      REDIS_URL: away,
      AUTH_RATE_LIMIT_PER_MINUTE: '2',
      TRUST_PROXY: 'loopback',
    });
    const from = (address: string) => guess({ 'x-forwarded-for': address });
    expect((await from('198.51.100.1')).status).toBe(400);
    expect((await from('198.51.100.1')).status).toBe(400);
    const refused = await from('198.51.100.1');
    expect(refused).toMatchObject({ status: 429, body: { error_code: 'over_request_rate_limit', limit: 2 } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect((await from('198.51.100.2')).status).toBe(400);
  });

  test('guesses from before the outage still count, and counting resumes when Redis is available again', async () => {
    const link = await startSeverableLink(inject('redisUrl'));
    gateway = await startGateway({ REDIS_URL: link.url, AUTH_RATE_LIMIT_PER_MINUTE: '3' });
    await eventually(async () => expect(await remaining()).toBeGreaterThan(0));
    expect((await guess()).status).toBe(400);
    expect((await guess()).status).toBe(400);
    await link.cut();
    expect((await gateway.service.request('/api/canvas')).headers.has('ratelimit-limit')).toBe(false);
    expect((await guess()).status).toBe(400);
    expect((await guess()).status).toBe(429);
    await link.mend();
    await eventually(async () => expect(await remaining()).toBeGreaterThan(0));
  });
});

describe('a refused request', () => {
  const violations = async (): Promise<RateLimitViolation[]> => {
    const { client, prefix } = gateway.redis;
    const entries = await client.xrange(streamOf(createKeys(prefix), rateLimitViolation), '-', '+');
    return entries.map(([, [, text = '']]) => JSON.parse(text));
  };
  const noted = (count: number) =>
    eventually(async () => {
      const all = await violations();
      expect(all).toHaveLength(count);
      return all;
    });

  test('is recorded once per user and window, without an address', async () => {
    gateway = await startGateway({ RATE_LIMIT_PER_MINUTE: '20' });
    const { body } = await gateway.signUp();
    const authorization = { authorization: `Bearer ${body.access_token}` };
    await ask(20, '/api/canvas', authorization);
    expect(await ask(5, '/api/canvas', authorization)).toEqual(Array(5).fill(429));
    const [violation] = await noted(1);
    expect(violation).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId: body.user.id,
      operation: 'canvas.list',
      rule: 'requests_per_minute',
      tier: 'free',
      limitValue: 20,
      windowMs: 60_000,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('without a user is recorded by address or IPv6 network, once per limit', async () => {
    gateway = await startGateway({
      ANONYMOUS_RATE_LIMIT_PER_MINUTE: '3',
      AUTH_RATE_LIMIT_PER_MINUTE: '1',
      TRUST_PROXY: 'loopback',
    });
    const headers = { 'x-forwarded-for': '2001:db8:1:1::7' };
    await ask(5, '/nowhere', headers);
    const logIn = { method: 'POST', headers, body: { email: 'a@example.com', password: 'guess' } } as const;
    const path = '/auth/v1/token?grant_type=password';
    await gateway.service.request(path, logIn);
    expect((await gateway.service.request(path, logIn)).status).toBe(429);
    const address = '2001:db8:1:1::/64';
    expect(await noted(2)).toEqual([
      expect.objectContaining({
        address,
        rule: 'requests_per_minute',
        operation: 'unmatched',
        limitValue: 3,
      }),
      expect.objectContaining({ address, rule: 'credentials_per_minute', operation: 'auth.issueToken' }),
    ]);
    for (const violation of await violations()) expect(violation).not.toHaveProperty('userId');
  });
});

describe('aggregate figures', () => {
  const paths = ['/api/llm/stats', '/api/llm/health', '/api/queue/metrics'];
  const statusOf = async (path: string, request = {}) =>
    (await gateway.service.request(path, request)).status;

  test('are public and limited by address', async () => {
    gateway = await startGateway({ ANONYMOUS_RATE_LIMIT_PER_MINUTE: '8' });
    for (const path of paths) expect(await statusOf(path)).toBe(200);
    await ask(8, '/nowhere');
    for (const path of paths) expect(await statusOf(path)).toBe(429);
  });

  test('require a token if PUBLIC_STATUS_ENABLED is false, regardless of the spelling of the path', async () => {
    gateway = await startGateway({ PUBLIC_STATUS_ENABLED: 'false' });
    const headers = await gateway.bearer();
    for (const path of paths) {
      const refused = await gateway.service.request(path);
      expect(refused).toMatchObject({ status: 401, body: { success: false, code: 'UNAUTHENTICATED' } });
      expect(await statusOf(`${path}?x=1`)).toBe(401);
      expect(await statusOf(path.replace('/api/', '/%61pi/'))).toBe(401);
      expect(await statusOf(path, { method: 'HEAD' })).toBe(401);
      expect(await statusOf(path, { headers })).toBe(200);
    }
    expect(gateway.upstream.received).toHaveLength(paths.length);
    expect(await statusOf('/api/llm/chat', { method: 'POST', body: {} })).toBe(200);
  });
});
