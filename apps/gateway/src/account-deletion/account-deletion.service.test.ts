import { randomUUID } from 'node:crypto';
import { createAuditFacts } from '@valuecanvas/contracts-core';
import { createDatabase } from '@valuecanvas/postgres';
import { createTestDatabase, fakeClock, type TestDatabase, userPrincipal } from '@valuecanvas/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../db.ts';
import { readRoles } from '../roles/roles.ts';
import { createAccountDeletion } from './account-deletion.service.ts';
import { createAccountDeletionStore } from './account-deletion.store.ts';

let database: TestDatabase;
let connection: ReturnType<typeof createDatabase<Database>>;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = createDatabase<Database>({
    url: database.urlFor('gateway'),
    applicationName: 'test',
    poolSize: 2,
    onError: () => undefined,
  });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const minuteMs = 60_000;
const roles = readRoles();

/** A gateway whose clock can be set. `revoked` and `forgotten` list the users whose tokens and keys it has revoked. */
function startProcess(revoke: () => Promise<void> = async () => undefined) {
  const clock = fakeClock(Date.now());
  const revoked: string[] = [];
  const forgotten: string[] = [];
  const deletion = createAccountDeletion({
    store: createAccountDeletionStore(connection.db, roles),
    roles,
    sessions: {
      logIn: () => Promise.reject(new Error('not used')),
      logOut: () => Promise.reject(new Error('not used')),
    },
    tokens: { verify: async () => undefined },
    revocations: {
      async revokeAllOf(userId) {
        await revoke();
        revoked.push(userId);
      },
    },
    apiKeys: { forgetOwner: (userId) => void forgotten.push(userId) },
    factOf: createAuditFacts({ newId: () => uuidv7(), now: clock.now }),
    now: clock.now,
  });
  return { clock, deletion, revoked, forgotten };
}

const operatorCall = () => ({
  principal: userPrincipal({ role: 'admin' }),
  requestId: randomUUID(),
  operation: 'admin.deleteUser',
  header: () => undefined,
});

const violationsOf = async (userId: string) =>
  database.query('select 1 from rate_limit_violations where user_id = $1', [userId]);

const recordViolation = (userId: string) =>
  database.query(
    `insert into rate_limit_violations (id, user_id, operation, rule, limit_value, window_ms)
     values (gen_random_uuid(), $1, 'llm.chat', 'per_hour', 10, 3600000)`,
    [userId],
  );

test('another process revokes the tokens of an account if the first one ends between deletion and revocation', async () => {
  const { userId } = await database.createUser();
  const first = startProcess(() => Promise.reject(new Error('killed')));
  await expect(first.deletion.deleteUser(operatorCall(), userId)).rejects.toThrow('killed');

  const second = startProcess();
  await second.deletion.resume();
  expect(second.revoked).toEqual([]);
  second.clock.advance(minuteMs);
  await second.deletion.resume();
  expect([second.revoked, second.forgotten]).toEqual([[userId], [userId]]);
  await second.deletion.resume();
  expect(second.revoked).toEqual([userId]);
});

test('facts that arrive after the deletion are deleted later, once, and without those of other users', async () => {
  const { userId } = await database.createUser();
  const other = await database.createUser();
  await recordViolation(other.userId);
  await recordViolation(userId);
  const { clock, deletion } = startProcess();
  await deletion.deleteUser(operatorCall(), userId);
  expect(await violationsOf(userId)).toHaveLength(0);

  await recordViolation(userId);
  clock.advance(10 * minuteMs);
  await deletion.resume();
  expect(await violationsOf(userId)).toHaveLength(1);
  clock.advance(10 * minuteMs);
  await deletion.resume();
  expect(await violationsOf(userId)).toHaveLength(0);
  expect(await violationsOf(other.userId)).toHaveLength(1);
  const [row] = await database.query<{ completed_at: Date | null }>(
    'select completed_at from vc_private.account_deletions where user_id = $1',
    [userId],
  );
  expect(row?.completed_at).toEqual(new Date(clock.now()));
});

test('an account can be deleted once', async () => {
  const { userId } = await database.createUser();
  const { deletion } = startProcess();
  const results = await Promise.allSettled([
    deletion.deleteUser(operatorCall(), userId),
    deletion.deleteUser(operatorCall(), userId),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
