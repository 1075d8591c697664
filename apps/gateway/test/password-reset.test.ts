import { createHash } from 'node:crypto';
import { fakeClock, startTestMailServer, type TestMailServer } from '@valuecanvas/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resetUser } from '../src/commands/reset-user.ts';
import { publicUrl, startGateway, type TestGateway } from './support/start-gateway.ts';

let mail: TestMailServer;
let gateway: TestGateway;
const clock = fakeClock(Date.now());
const hourMs = 60 * 60 * 1_000;

beforeAll(async () => {
  mail = await startTestMailServer();
  gateway = await startGateway(
    { SMTP_URL: mail.url, EMAIL_FROM: 'ValueCanvas <no-reply@example.com>' },
    { now: clock.now },
  );
});
afterAll(async () => {
  await gateway.stop();
  await mail.stop();
});

const before = 'correct horse';
const after = 'battery staple';
let number = 0;
let email: string;

beforeEach(async () => {
  email = `forgetful-${++number}@example.com`;
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  gateway.service.request(path, { method: 'POST', body, headers });
const logIn = (address: string, password: string) =>
  post('/auth/v1/token?grant_type=password', { email: address, password });
const recover = (address: string) => post('/auth/v1/recover', { email: address });
const reset = (token: string, password = after) => post('/auth/session/reset', { token, password });
const mailsTo = (address: string) => mail.mails.filter(({ to }) => to.includes(address));
const linksTo = (address: string) =>
  mailsTo(address).flatMap(({ text }) => /https:\S+\/reset#\S+/.exec(text)?.[0] ?? []);
const tokenOf = (link: string) => new URL(link).hash.slice(1);

/** Waits until this many links have arrived, and returns their tokens in the order of arrival. */
async function tokensTo(address: string, count = 1): Promise<string[]> {
  await expect.poll(() => linksTo(address).length, { timeout: 10_000 }).toBe(count);
  return linksTo(address).map(tokenOf);
}

async function mailedToken(): Promise<string> {
  await gateway.signUp(email, before);
  await recover(email);
  const [token = ''] = await tokensTo(email);
  return token;
}

describe('a link by mail', () => {
  test('sets a new password, once, and tells the user', async () => {
    const token = await mailedToken();
    expect(linksTo(email)[0]).toBe(`${publicUrl}/reset#${token}`);
    expect((await reset(token)).status).toBe(204);
    expect((await logIn(email, before)).body.error_code).toBe('invalid_credentials');
    expect((await logIn(email, after)).status).toBe(200);
    await expect.poll(() => mailsTo(email).at(-1)?.subject).toBe('Your password was changed');
    const again = await reset(token, 'another password');
    expect([again.status, again.body.code]).toEqual([422, 'UNPROCESSABLE']);
    expect((await logIn(email, after)).status).toBe(200);
  });

  test('ends all sessions, access tokens, refresh tokens and cookies included', async () => {
    const token = await mailedToken();
    const { body: session } = await logIn(email, before);
    const opened = await post('/auth/session', { email, password: before });
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const own = { authorization: `Bearer ${session.access_token}` };
    expect((await gateway.service.request('/auth/v1/user', { headers: own })).status).toBe(200);
    expect((await post('/auth/session/reset', { token, password: after }, { cookie })).status).toBe(204);
    const answers = await Promise.all([
      gateway.service.request('/api/keys', { headers: own }),
      gateway.service.request('/auth/session', { headers: { cookie } }),
      post('/auth/v1/token?grant_type=refresh_token', { refresh_token: session.refresh_token }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 400]);
  });

  test('works for one of two concurrent requests', async () => {
    const token = await mailedToken();
    const answers = await Promise.all([reset(token, 'the first one'), reset(token, 'the second one')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
  });

  test('works for one hour', async () => {
    const token = await mailedToken();
    clock.advance(hourMs);
    expect((await reset(token)).status).toBe(422);
    expect((await logIn(email, before)).status).toBe(200);
  });

  test('ends the earlier links of the account once one was used', async () => {
    const first = await mailedToken();
    await recover(email);
    const [, second = ''] = await tokensTo(email, 2);
    expect((await reset(second)).status).toBe(204);
    expect((await reset(first)).status).toBe(422);
  });

  test('is stored as a hash only', async () => {
    const token = await mailedToken();
    const [row] = await gateway.database.query<{ token_hash: Buffer }>(
      `select token_hash from vc_private.password_resets join auth.users on id = user_id where email = $1`,
      [email],
    );
    expect(row?.token_hash).toEqual(createHash('sha256').update(token).digest());
    expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  test('sets no password that is too short, and still works afterwards', async () => {
    const token = await mailedToken();
    expect((await reset(token, 'short')).body.code).toBe('VALIDATION_FAILED');
    expect((await reset(token)).status).toBe(204);
  });

  test('does not work for an account that was banned or deleted meanwhile', async () => {
    const token = await mailedToken();
    await gateway.database.query(`update auth.users set banned_until = 'infinity' where email = $1`, [email]);
    expect((await reset(token)).status).toBe(422);
    await gateway.database.query('delete from auth.users where email = $1', [email]);
    expect((await reset(token)).status).toBe(422);
  });
});

describe('asking for a link', () => {
  test('is answered alike whether the account exists or not, and an unknown address gets no mail', async () => {
    await gateway.signUp(email, before);
    const [known, unknown] = [await recover(email), await recover(`not-${email}`)];
    const shape = ({ status, body, headers }: typeof known) => [status, body, [...headers.keys()].sort()];
    expect(shape(known)).toEqual(shape(unknown));
    expect([known.status, known.body]).toEqual([200, {}]);
    await tokensTo(email);
    expect(mailsTo(`not-${email}`)).toEqual([]);
  });

  test('does not wait for the mail server', async () => {
    await gateway.signUp(email, before);
    mail.refuse(451);
    expect((await recover(email)).status).toBe(200);
    await tokensTo(email);
  });

  test('finds the account in any case, and sends to the address of the account', async () => {
    await gateway.signUp(email, before);
    await recover(email.toUpperCase());
    expect(await tokensTo(email)).toHaveLength(1);
  });

  test('sends at most five mails an hour to one account, also for concurrent requests', async () => {
    await gateway.signUp(email, before);
    const answers = await Promise.all(Array.from({ length: 9 }, () => recover(email)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const tokens = await tokensTo(email, 5);
    const stored = async () =>
      gateway.database.query(
        'select 1 from vc_private.password_resets join auth.users on id = user_id where email = $1',
        [email],
      );
    expect(await stored()).toHaveLength(5);
    expect((await reset(tokens[0] ?? '')).status).toBe(204);
    clock.advance(hourMs);
    await recover(email);
    await tokensTo(email, 6);
    expect(await stored()).toHaveLength(1);
  });

  test('works for browsers with an old session cookie', async () => {
    await gateway.signUp(email, before);
    const opened = await post('/auth/session', { email, password: before });
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect((await post('/auth/session/recover', { email }, { cookie })).status).toBe(202);
    await tokensTo(email);
    expect((await gateway.service.request('/api/site')).body.data.passwordResetByMail).toBe(true);
  });

  test('needs an address', async () => {
    const answer = await recover('not an address');
    expect([answer.status, answer.body.error_code]).toEqual([400, 'validation_failed']);
    expect((await post('/auth/session/recover', {})).body.code).toBe('VALIDATION_FAILED');
  });
});

describe('limits by address', () => {
  test('asking and setting count as credentials', async () => {
    const limited = await startGateway({ AUTH_RATE_LIMIT_PER_MINUTE: '2' });
    try {
      const ask = (path: string, body: object) => limited.service.request(path, { method: 'POST', body });
      const token = 'x'.repeat(43);
      const answers = [
        await ask('/auth/session/reset', { token, password: after }),
        await ask('/auth/session/recover', { email }),
        await ask('/auth/session/reset', { token, password: after }),
        await ask('/auth/v1/recover', { email }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([422, 422, 429, 429]);
    } finally {
      await limited.stop();
    }
  });
});

describe('without a mail server', () => {
  let silent: TestGateway;
  beforeAll(async () => {
    silent = await startGateway({ ROLES: '{"support":["users:write"]}' });
  });
  afterAll(() => silent.stop());

  const userOf = async (role: string) => {
    const { body } = await silent.signUp();
    const { id, email: address } = body.user as { id: string; email: string };
    await silent.database.query(
      `update auth.users set raw_app_meta_data = raw_app_meta_data || jsonb_build_object('role', $2::text) where id = $1`,
      [id, role],
    );
    const { body: session } = await silent.service.request('/auth/v1/token?grant_type=password', {
      method: 'POST',
      body: { email: address, password: before },
    });
    return { id, email: address, headers: { authorization: `Bearer ${session.access_token}` } };
  };
  const makeLink = (id: string, headers: Record<string, string>) =>
    silent.service.request(`/api/admin/users/${id}/password-reset`, { method: 'POST', headers });
  const setPassword = (token: string, password: string) =>
    silent.service.request('/auth/session/reset', { method: 'POST', body: { token, password } });

  test('users are told to ask an operator', async () => {
    const { status, body } = await silent.service.request('/auth/v1/recover', {
      method: 'POST',
      body: { email },
    });
    expect([status, body.error_code]).toEqual([422, 'email_provider_disabled']);
    expect((await silent.service.request('/api/site')).body.data.passwordResetByMail).toBe(false);
  });

  test('an operator makes a link, which is recorded without its token', async () => {
    const admin = await userOf('admin');
    const user = await userOf('user');
    const { status, body, headers } = await makeLink(user.id, admin.headers);
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    const token = tokenOf(body.data.url);
    const records = await silent.database.query('select * from vc_private.audit_log where subject = $1', [
      user.id,
    ]);
    expect(records).toMatchObject([{ action: 'admin.createPasswordResetLink', actor_role: 'admin' }]);
    expect(JSON.stringify(records)).not.toContain(token);
    expect((await setPassword(token, after)).status).toBe(204);
  });

  test('a repetition with the same idempotency key returns the same link, which is stored encrypted', async () => {
    const admin = await userOf('admin');
    const user = await userOf('user');
    const headers = { ...admin.headers, 'idempotency-key': 'a-lost-answer' };
    const first = await makeLink(user.id, headers);
    const second = await makeLink(user.id, headers);
    expect(second.body).toEqual(first.body);
    const stored = await silent.database.query(
      `select row_to_json(k)::text as row from vc_private.idempotency_keys k`,
    );
    expect(JSON.stringify(stored)).not.toContain(tokenOf(first.body.data.url));
  });

  test('an operator needs users:write, and cannot act on more powerful users', async () => {
    const [admin, support, user] = await Promise.all([userOf('admin'), userOf('support'), userOf('user')]);
    expect((await makeLink(user.id, user.headers)).status).toBe(403);
    expect((await makeLink(user.id, {})).status).toBe(401);
    expect((await makeLink(admin.id, support.headers)).status).toBe(403);
    expect((await makeLink('0190a5b0-0000-4000-8000-000000000001', support.headers)).status).toBe(404);
    expect((await makeLink(user.id, support.headers)).status).toBe(201);
  });

  test('no link is made that cannot be recorded', async () => {
    const admin = await userOf('admin');
    const user = await userOf('user');
    await silent.database.query('revoke execute on function vc_private.record_audit(jsonb) from vc_gateway');
    try {
      expect((await makeLink(user.id, admin.headers)).status).toBe(500);
    } finally {
      await silent.database.query('grant execute on function vc_private.record_audit(jsonb) to vc_gateway');
    }
    const rows = await silent.database.query('select 1 from vc_private.password_resets where user_id = $1', [
      user.id,
    ]);
    expect(rows).toEqual([]);
  });

  test('the command prints a link that works, and is recorded', async () => {
    const user = await userOf('user');
    const printed = await resetUser([user.email.toUpperCase()], {
      MIGRATION_DATABASE_URL: silent.database.ownerUrl,
      PUBLIC_URL: publicUrl,
    });
    const link = printed.split('\n')[1] ?? '';
    expect(link).toMatch(`${publicUrl}/reset#`);
    expect((await setPassword(tokenOf(link), after)).status).toBe(204);
    const records = await silent.database.query(
      'select actor, action from vc_private.audit_log where subject = $1',
      [user.id],
    );
    expect(records).toEqual([{ actor: 'cli', action: 'user:reset' }]);
  });

  test.each([
    [[], 'Specify one user'],
    [['a@example.com', 'b@example.com'], 'Specify one user'],
    [['--help'], 'Specify one user'],
    [['absent@example.com'], 'There is no user absent@example.com.'],
  ])('the command refuses %j', async (args, message) => {
    await expect(resetUser(args, { DATABASE_URL: silent.database.urlFor('gateway') })).rejects.toThrow(
      message,
    );
  });

  test('the command leaves accounts of Supabase to Supabase', async () => {
    const environment = { SUPABASE_URL: 'https://project.example.com' };
    await expect(resetUser(['a@example.com'], environment)).rejects.toThrow('Supabase keeps the accounts');
  });
});
