import { createTestDatabase, createTestRedis, type TestDatabase } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRoles } from '../roles/roles.ts';
import { grantUser, readGrant } from './grant-user.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { userId } = await database.createUser({ email: 'Ada@example.com' });
  await database.query('update auth.users set created_at = now() where id = $1', [userId]);
});
afterAll(() => database.drop());

const grant = (...args: string[]) => grantUser(args, { MIGRATION_DATABASE_URL: database.ownerUrl });

test.each([
  ['the owner of the database', () => ({ MIGRATION_DATABASE_URL: database.ownerUrl })],
  ['the gateway’s own role', () => ({ DATABASE_URL: database.urlFor('gateway') })],
])('%s can make a user an admin, and the change is recorded', async (_, environment) => {
  await database.query('truncate vc_private.audit_log');
  expect(await grantUser(['ada@example.com', '--role', 'admin', '--tier', 'pro'], environment())).toBe(
    'Ada@example.com is now admin with tier pro, effective from the next login or refresh.',
  );
  const [user] = await database.query(
    `select raw_app_meta_data as metadata from auth.users where email = 'Ada@example.com'`,
  );
  expect(user).toMatchObject({ metadata: { role: 'admin', tier: 'pro' } });
  const records = await database.query(
    'select actor, actor_id, action, target_kind, before, after from vc_private.audit_log',
  );
  expect(records).toEqual([
    {
      actor: 'cli',
      actor_id: null,
      action: 'user:grant',
      target_kind: 'user',
      before: { role: expect.any(String), tier: expect.any(String) },
      after: { role: 'admin', tier: 'pro' },
    },
  ]);
});

test('a user who loses the admin role is logged out, through Redis if it is available', async () => {
  const redis = createTestRedis();
  const environment = { MIGRATION_DATABASE_URL: database.ownerUrl, REDIS_KEY_PREFIX: redis.prefix };
  try {
    await grant('ada@example.com', '--role', 'admin');
    const message = await grantUser(['ada@example.com', '--role', 'user'], {
      ...environment,
      REDIS_URL: redis.url,
    });
    expect(message).toMatch(/logged out everywhere within 30 s\.$/);
    expect(await redis.client.keys(`${redis.prefix}:*`)).toHaveLength(1);
    await grant('ada@example.com', '--role', 'admin');
    expect(await grantUser(['ada@example.com', '--role', 'user'], environment)).toContain('REDIS_URL');
  } finally {
    await redis.stop();
  }
});

test('an unknown address is named in the error', async () => {
  await expect(grant('unknown@example.com', '--role', 'admin')).rejects.toThrow(
    'There is no user unknown@example.com. Sign up first.',
  );
});

test('an unavailable or missing database is named in the error', async () => {
  const unavailable = { DATABASE_URL: 'postgres://127.0.0.1:1/none' };
  await expect(grantUser(['a@example.com', '--tier', 'pro'], unavailable)).rejects.toThrow(
    /^The change failed in the database: .*ECONNREFUSED/,
  );
  await expect(grantUser(['a@example.com', '--tier', 'pro'], {})).rejects.toThrow(
    /^Set MIGRATION_DATABASE_URL/,
  );
});

test.each([
  [[], /^Specify one user/],
  [['a@example.com', 'b@example.com', '--tier', 'pro'], /^Specify one user/],
  [['a@example.com'], /^Specify a role or a tier/],
  [['a@example.com', '--role', 'root'], 'Unknown role "root". Use one of user, operator, admin, support.'],
  [['a@example.com', '--power', '9'], /^Invalid arguments/],
])('%j is answered with the usage of the command', (args, message) => {
  expect(() => readGrant(args, readRoles('{"support":[]}'))).toThrow(message);
});
