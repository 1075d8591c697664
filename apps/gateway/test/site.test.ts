import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';

const demoAccount = { email: 'demo@valuecanvas.local', password: 'demo-password', tier: 'pro', role: 'user' };

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({
    PUBLIC_URL: 'http://localhost:3000',
    ANSWERS_SIMULATED: 'true',
    DEMO_ACCOUNTS: JSON.stringify([demoAccount]),
    UPGRADE_URL: 'http://localhost:3000/upgrade',
  });
});
afterAll(() => gateway.stop());

const signUp = (email: string, headers: Record<string, string> = {}, password = 'correct horse') =>
  gateway.service.request('/auth/session/signup', { method: 'POST', headers, body: { email, password } });

const getSite = (headers: Record<string, string> = {}) => gateway.service.request('/api/site', { headers });

const cookieIn = (headers: Headers) => headers.getSetCookie()[0]?.split(';')[0] ?? '';

describe('GET /api/site', () => {
  test('without a session, succeeds and returns no session', async () => {
    const { status, headers, body } = await getSite();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.data).toEqual({
      simulated: true,
      upgradeUrl: 'http://localhost:3000/upgrade',
      passwordResetByMail: false,
      demoAccounts: [demoAccount],
    });
  });

  test('returns the session of the cookie with its CSRF token, and none for a cookie that has ended', async () => {
    const { headers, body } = await signUp('site@example.com');
    const cookie = cookieIn(headers);
    expect((await getSite({ cookie })).body.data.session).toEqual(body.data.session);
    const csrf = { cookie, 'x-csrf-token': body.data.session.csrfToken };
    await gateway.service.request('/auth/session', { method: 'DELETE', headers: csrf });
    const ended = await getSite({ cookie });
    expect([ended.status, ended.body.data.session]).toEqual([200, undefined]);
  });

  test.each([
    [{ PUBLIC_URL: 'https://canvas.example.com' }, /PUBLIC_URL on this machine/],
    [{ DEMO_ACCOUNTS: '[{"email":"demo@valuecanvas.local"}]' }, /DEMO_ACCOUNTS must be a JSON array/],
    [{ DEMO_ACCOUNTS: 'demo' }, /DEMO_ACCOUNTS must be a JSON array/],
  ])('a gateway with %j does not start', async (environment, message) => {
    const local = { PUBLIC_URL: 'http://localhost:3000', DEMO_ACCOUNTS: JSON.stringify([demoAccount]) };
    await expect(startGateway({ ...local, ...environment })).rejects.toThrow(message);
  });
});

describe('POST /auth/session/signup', () => {
  test('creates an account and sets the cookie of its first session', async () => {
    const { status, headers, body } = await signUp('new@example.com');
    expect([status, body.data.confirmationNeeded]).toEqual([201, false]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.getSetCookie()[0]).toContain('HttpOnly');
    expect(body.data.session).toMatchObject({
      user: { email: 'new@example.com', tier: 'free', role: 'user' },
    });
  });

  test('ends the session that the browser had, even if its cookie is not valid any more', async () => {
    const before = cookieIn((await signUp('before@example.com')).headers);
    const { status, headers } = await signUp('after@example.com', { cookie: before });
    expect(status).toBe(201);
    expect((await getSite({ cookie: before })).body.data.session).toBeUndefined();
    expect((await getSite({ cookie: cookieIn(headers) })).body.data.session.user.email).toBe(
      'after@example.com',
    );
    expect((await signUp('later@example.com', { cookie: before })).status).toBe(201);
  });

  test('refuses an address that has an account, a short password and an unknown field', async () => {
    await signUp('taken@example.com');
    const taken = await signUp('taken@example.com');
    expect([taken.status, taken.body.code]).toEqual([422, 'UNPROCESSABLE']);
    expect(taken.headers.getSetCookie()).toEqual([]);
    const short = await signUp('short@example.com', {}, 'short');
    expect(short.status).toBe(400);
    expect(short.body.details[0].path).toBe('password');
  });
});
