import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './support/start-gateway.ts';
import { echo } from './support/stub-upstream.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
  gateway.upstream.answer(echo);
});
afterAll(() => gateway.stop());

const password = 'correct horse';
let users = 0;

async function newUser(): Promise<string> {
  const email = `browser-${++users}@example.com`;
  await gateway.signUp(email, password);
  return email;
}

interface Browser {
  readonly cookie: string;
  readonly csrfToken: string;
  readonly email: string;
}

async function logIn(email: string, cookie?: string) {
  return gateway.service.request('/auth/session', {
    method: 'POST',
    body: { email, password },
    ...(cookie === undefined ? {} : { headers: { cookie } }),
  });
}

/** Logs a new user in and returns the browser. */
async function loggedIn(): Promise<Browser> {
  const email = await newUser();
  const { headers, body } = await logIn(email);
  return { cookie: cookieIn(headers), csrfToken: body.data.csrfToken, email };
}

const cookieIn = (headers: Headers) => headers.getSetCookie()[0]?.split(';')[0] ?? '';

const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
  gateway.service.request(path, { method, headers });

describe('logging in', () => {
  test('sets a cookie that scripts, other sites and unencrypted connections cannot see', async () => {
    const { status, headers, body } = await logIn(await newUser());
    expect(status).toBe(201);
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-vc_session=[\w-]{43}; /);
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.data).toMatchObject({ user: { tier: 'free', role: 'user' }, csrfToken: expect.any(String) });
  });

  test('answers an unknown address like a wrong password', async () => {
    const email = await newUser();
    const wrong = await gateway.service.request('/auth/session', {
      method: 'POST',
      body: { email, password: 'wrong horse' },
    });
    const unknown = await logIn('unknown@example.com');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  test('requires JSON, which a form of another site cannot send', async () => {
    const answer = await gateway.service.request('/auth/session', {
      method: 'POST',
      body: 'email=a@example.com&password=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://other.example' },
    });
    expect(answer.status).toBe(415);
  });

  test('ends the previous session of the browser', async () => {
    const { cookie, email } = await loggedIn();
    expect((await logIn(email, cookie)).status).toBe(201);
    expect((await ask('/auth/session', { cookie })).status).toBe(401);
  });

  test('works with a cookie whose session has ended', async () => {
    const cookie = `__Host-vc_session=${'x'.repeat(43)}`;
    expect((await logIn(await newUser(), cookie)).status).toBe(201);
  });
});

describe('a session', () => {
  test('returns the user who is logged in', async () => {
    const { cookie, csrfToken, email } = await loggedIn();
    const { status, body } = await ask('/auth/session', { cookie });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ user: { email, tier: 'free' }, csrfToken });
    expect(Date.parse(body.data.expiresAt)).toBeGreaterThan(Date.now());
  });

  test('authenticates requests to every service, without forwarding the cookie', async () => {
    const { cookie } = await loggedIn();
    const { status, body } = await ask('/api/canvas', { cookie: `theme=dark; ${cookie}` });
    expect(status).toBe(200);
    expect(body.headers).not.toHaveProperty('cookie');
    const signed = JSON.parse(
      Buffer.from(body.headers['x-vc-identity'].split('.')[1], 'base64url').toString(),
    );
    expect(signed).toMatchObject({ kind: 'user', tier: 'free', role: 'user' });
  });

  test.each([undefined, 'theme=dark', '__Host-vc_session=short', `__Host-vc_session=${'x'.repeat(43)}`])(
    'is anonymous if the cookie is %s',
    async (cookie) => {
      const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
      expect((await ask('/auth/session', headers)).status).toBe(401);
      expect((await ask('/health', headers)).status).toBe(200);
    },
  );

  test('stores neither its cookie nor its tokens in usable form', async () => {
    const { cookie } = await loggedIn();
    const rows = await gateway.database.query('select * from vc_private.browser_sessions');
    const kept = JSON.stringify(rows.map((row) => Object.values(row).map(String)));
    expect(rows.length).toBeGreaterThan(0);
    expect(kept).not.toContain(cookie.split('=')[1]);
    expect(kept).not.toContain('eyJ');
  });
});

describe('a cookie request that changes something', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'requires the CSRF token of the session: %s',
    async (method) => {
      const browser = await loggedIn();
      const other = await loggedIn();
      const { cookie } = browser;
      for (const headers of [
        { cookie },
        { cookie, 'x-csrf-token': '' },
        { cookie, 'x-csrf-token': other.csrfToken },
        { cookie, 'x-csrf-token': `${browser.csrfToken}x` },
      ]) {
        const { status, body } = await ask('/api/canvas/1', headers, method);
        expect({ status, code: body.code }).toEqual({ status: 403, code: 'CSRF_FAILED' });
      }
      const allowed = await ask('/api/canvas/1', { cookie, 'x-csrf-token': browser.csrfToken }, method);
      expect(allowed.status).toBe(200);
    },
  );

  test('requires no CSRF token with another credential or without a session', async () => {
    const { cookie } = await loggedIn();
    const bearer = await gateway.bearer();
    expect((await ask('/api/canvas', { ...bearer, cookie }, 'POST')).status).toBe(200);
    expect((await ask('/api/canvas', {}, 'POST')).status).toBe(200);
  });

  test('requires no CSRF token for flag evaluation, which changes nothing', async () => {
    const { cookie } = await loggedIn();
    const { status, body } = await ask('/ofrep/v1/evaluate/flags', { cookie }, 'POST');
    expect(status).toBe(200);
    expect(body.headers['x-vc-identity']).toBeDefined();
  });
});

describe('logging out', () => {
  test('ends the session and deletes the cookie', async () => {
    const { cookie, csrfToken } = await loggedIn();
    const { status, headers } = await ask('/auth/session', { cookie, 'x-csrf-token': csrfToken }, 'DELETE');
    expect(status).toBe(204);
    expect(headers.getSetCookie()[0]).toMatch(/^__Host-vc_session=; Max-Age=0; /);
    expect((await ask('/auth/session', { cookie })).status).toBe(401);
  });

  test('is refused for other sites', async () => {
    const { cookie } = await loggedIn();
    expect((await ask('/auth/session', { cookie }, 'DELETE')).body.code).toBe('CSRF_FAILED');
    expect((await ask('/auth/session', { cookie })).status).toBe(200);
  });

  test('succeeds without a session', async () => {
    expect((await ask('/auth/session', {}, 'DELETE')).status).toBe(204);
  });
});
