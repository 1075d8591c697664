import { createTestDatabase, eventually, type TestDatabase } from '@valuecanvas/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from './create-database.ts';
import { acrossUsers } from './transactions.ts';

let server: TestDatabase;

beforeAll(async () => {
  server = await createTestDatabase();
});

afterAll(() => server.drop());

test('a connection that breaks between two queries fails only its own transaction, and the next one succeeds', async () => {
  const applicationName = 'breaks';
  const database = createDatabase({
    url: server.ownerUrl,
    applicationName,
    poolSize: 1,
    onError: () => undefined,
  });
  const ofConnection = 'from pg_stat_activity where application_name = $1';
  const work = acrossUsers(database.db, async (transaction) => {
    await server.query(`select pg_terminate_backend(pid) ${ofConnection}`, [applicationName]);
    await eventually(async () =>
      expect(await server.query(`select pid ${ofConnection}`, [applicationName])).toHaveLength(0),
    );
    await sql`select 1`.execute(transaction);
  });
  await expect(work).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
  await database.ping();
  await database.close();
});

test('new connections use a rotated password, and open ones stay', async () => {
  await server.query("create role rotating login password 'one'");
  const urlWith = (password: string) => {
    const url = new URL(server.ownerUrl);
    Object.assign(url, { username: 'rotating', password });
    return url.href;
  };
  const options = { applicationName: 'rotation', poolSize: 2, onError: () => undefined };
  const database = createDatabase({ ...options, url: urlWith('one') });
  await acrossUsers(database.db, async (transaction) => {
    await server.query("alter role rotating password 'two'");
    await expect(database.ping()).rejects.toThrow();
    database.connectTo(urlWith('two'));
    await database.ping();
    await sql`select 1`.execute(transaction);
  });
  await database.close();
  await server.query('drop role rotating');
});
