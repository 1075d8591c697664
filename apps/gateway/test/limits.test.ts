import { afterEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

let gateway: TestGateway;

afterEach(() => gateway.stop());

/** Statuses of so many requests, one after the other. */
async function ask(count: number, path: string, headers: Record<string, string> = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) {
    statuses.push((await gateway.service.request(path, { headers })).status);
  }
  return statuses;
}

/** How many of its minute's requests an address or user has left. */
async function remaining(headers: Record<string, string> = {}): Promise<number> {
  const answer = await gateway.service.request('/api/canvas', { headers });
  return Number(answer.headers.get('ratelimit-remaining'));
}

test('a refusal says who is limited to what, and when to come back', async () => {
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

describe('what counts', () => {
  test('is each user for itself, and everybody else by address', async () => {
    gateway = await startGateway();
    const [first, second] = [await gateway.bearer(), await gateway.bearer()];
    expect(await remaining(first)).toBe(9_999);
    expect(await remaining(first)).toBe(9_998);
    expect(await remaining(second)).toBe(9_999);
  });

  test('is every path, known or not, and every bad token', async () => {
    gateway = await startGateway({ RATE_LIMIT_PER_MINUTE: '1000' });
    const before = await remaining();
    await ask(1, '/nowhere');
    await ask(1, '/api/canvas', { authorization: 'Bearer bad' });
    await ask(1, '/auth/v1/user');
    expect(await remaining()).toBe(before - 4);
  });

  test('is not the state of the platform', async () => {
    gateway = await startGateway({ RATE_LIMIT_PER_MINUTE: '3' });
    await ask(4, '/nowhere');
    expect(await ask(3, '/nowhere')).toEqual([429, 429, 429]);
    expect(await ask(1, '/health/live')).toEqual([200]);
    expect(await ask(1, '/health')).toEqual([200]);
  });

  test('for sign-up and log-in is the address, with a tighter limit, whoever asks', async () => {
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
    expect(refused.body).toMatchObject({ code: 429, error_code: 'rate_limited', limit: 3 });
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

  test('is the one that a trusted proxy names; of IPv6, the network', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    expect(await remaining(via('198.51.100.1'))).toBe(9_999);
    expect(await remaining(via('198.51.100.2'))).toBe(9_999);
    expect(await remaining(via('2001:db8:1:1::1'))).toBe(9_999);
    expect(await remaining(via('2001:db8:1:1:ffff::2'))).toBe(9_998);
    expect(await remaining(via('203.0.113.9, 198.51.100.1'))).toBe(9_998);
  });
});

test('without Redis, requests pass uncounted', async () => {
  gateway = await startGateway({ REDIS_URL: 'redis://127.0.0.1:1', RATE_LIMIT_PER_MINUTE: '1' });
  const startedAt = performance.now();
  expect(await ask(5, '/api/canvas')).toEqual([200, 200, 200, 200, 200]);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
