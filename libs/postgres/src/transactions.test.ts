import { callAs, createTestDatabase, type TestDatabase, userPrincipal } from '@valuecanvas/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acrossUsers, asUser, createDatabase, type Database } from './index.ts';

interface Tables {
  canvases: { id: string; user_id: string; business_description: string; blocks: unknown; revision: number };
}

let testDatabase: TestDatabase;
let database: Database<Tables>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase<Tables>({
    url: testDatabase.urlFor('canvas'),
    applicationName: 'test',
    poolSize: 1,
    onError: () => undefined,
  });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const subject = async (db: typeof database.db): Promise<string | null> => {
  const { rows } = await sql<{ sub: string | null }>`
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub' as sub`.execute(db);
  return rows[0]?.sub ?? null;
};

const canvasOf = (userId: string) => ({
  id: callAs(userPrincipal()).requestId,
  user_id: userId,
  business_description: 'A bakery',
  blocks: {},
  revision: 1,
});

test('a transaction carries the claims of its user, and later ones on the connection do not inherit them', async () => {
  const user = await testDatabase.createUser();
  expect(await asUser(database.db, user, subject)).toBe(user.userId);
  expect(await subject(database.db)).toBeNull();
});

test('a user sees only their own rows, and a service without claims sees none', async () => {
  const [anna, bert] = [await testDatabase.createUser(), await testDatabase.createUser()];
  await asUser(database.db, anna, (db) => db.insertInto('canvases').values(canvasOf(anna.userId)).execute());
  const read = (db: typeof database.db) => db.selectFrom('canvases').select('user_id').execute();
  expect(await asUser(database.db, anna, read)).toEqual([{ user_id: anna.userId }]);
  expect(await asUser(database.db, bert, read)).toEqual([]);
  expect(await read(database.db)).toEqual([]);
});

test('a failure rolls back and leaves the connection usable', async () => {
  const user = await testDatabase.createUser();
  const failing = asUser(database.db, user, async (db) => {
    await db.insertInto('canvases').values(canvasOf(user.userId)).execute();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  const rows = await asUser(database.db, user, (db) => db.selectFrom('canvases').selectAll().execute());
  expect(rows).toEqual([]);
});

test('a quote in a claim cannot end the statement', async () => {
  const user = { ...userPrincipal(), userId: "x'; drop table canvases; --" };
  expect(await asUser(database.db, user, subject)).toBe(user.userId);
});

test('work across users cannot read a table without a policy for it', async () => {
  const user = await testDatabase.createUser();
  await asUser(database.db, user, (db) => db.insertInto('canvases').values(canvasOf(user.userId)).execute());
  expect(await acrossUsers(database.db, (db) => db.selectFrom('canvases').selectAll().execute())).toEqual([]);
});

test('eight-byte integers arrive as bigint', async () => {
  const { rows } = await sql<{ n: bigint }>`select 9007199254740993::bigint as n`.execute(database.db);
  expect(rows[0]?.n).toBe(9_007_199_254_740_993n);
});

test('an unreachable server is DEPENDENCY_UNAVAILABLE, not an internal error', async () => {
  const away = createDatabase<Tables>({
    url: 'postgres://unknown:x@127.0.0.1:1/none',
    applicationName: 'test',
    poolSize: 1,
    onError: () => undefined,
  });
  await expect(asUser(away.db, userPrincipal(), subject)).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
  });
  await away.close();
});
