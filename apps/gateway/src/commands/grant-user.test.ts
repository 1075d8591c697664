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
])('%s can make a user an admin, and it is recorded', async (_, environment) => {
  await database.query('truncate vc_private.audit_log');
  expect(await grantUser(['ada@example.com', '--role', 'admin', '--tier', 'pro'], environment())).toBe(
    'Ada@example.com is now admin with tier pro, from the next login or refresh on.',
  );
  const [user] = await database.query(
    `select raw_app_meta_data as metadata from auth.users where email = 'Ada@example.com'`,
  );
  expect(user).toMatchObject({ metadata: { role: 'admin', tier: 'pro' } });
  const records = await database.query('select actor, actor_id, action, after from vc_private.audit_log');
  expect(records).toEqual([
    { actor: 'cli', actor_id: null, action: 'user.update', after: { role: 'admin', tier: 'pro' } },
  ]);
});

test('who is no admin any more is logged out: gateways are told, where Redis can be', async () => {
  const redis = createTestRedis();
  const environment = { MIGRATION_DATABASE_URL: database.ownerUrl, REDIS_KEY_PREFIX: redis.prefix };
  try {
    await grant('ada@example.com', '--role', 'admin');
    const told = await grantUser(['ada@example.com', '--role', 'user'], {
      ...environment,
      REDIS_URL: redis.url,
    });
    expect(told).toMatch(/logged out everywhere within half a minute\.$/);
    expect(await redis.client.keys(`${redis.prefix}:*`)).toHaveLength(1);
    await grant('ada@example.com', '--role', 'admin');
    expect(await grantUser(['ada@example.com', '--role', 'user'], environment)).toContain('REDIS_URL');
  } finally {
    await redis.stop();
  }
});

test('an unknown address is named in one sentence', async () => {
  await expect(grant('nobody@example.com', '--role', 'admin')).rejects.toThrow(
    'There is no user nobody@example.com: sign up first.',
  );
});

test('a database that is away, or not set, is named in one sentence', async () => {
  const away = { DATABASE_URL: 'postgres://127.0.0.1:1/none' };
  await expect(grantUser(['a@example.com', '--tier', 'pro'], away)).rejects.toThrow(
    /^The database did not make the change: .*ECONNREFUSED/,
  );
  await expect(grantUser(['a@example.com', '--tier', 'pro'], {})).rejects.toThrow(
    /^Set MIGRATION_DATABASE_URL/,
  );
});

test.each([
  [[], /^Name one user/],
  [['a@example.com', 'b@example.com', '--tier', 'pro'], /^Name one user/],
  [['a@example.com'], /^Say which role or tier/],
  [
    ['a@example.com', '--role', 'root'],
    'There is no role "root": it must be one of user, operator, admin, support.',
  ],
  [['a@example.com', '--power', '9'], /^That is not how/],
])('%j is answered with how to use the command', (args, message) => {
  expect(() => readGrant(args, readRoles('{"support":[]}'))).toThrow(message);
});
