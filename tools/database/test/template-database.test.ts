import { expect, it } from 'vitest';
import { databaseUrl, withClient } from '../src/connection.ts';
import { cloneDatabase, createDatabase, dropDatabase } from '../src/databases.ts';
import { createTemplateDatabase } from '../src/template-database.ts';
import { catalogSnapshot } from './catalog-snapshot.ts';
import { useOwnServer } from './server.ts';

const server = useOwnServer(15);

async function databases(pattern: string): Promise<string[]> {
  const { rows } = await withClient(server.url, (client) =>
    client.query('select datname from pg_database where datname like $1 order by datname', [pattern]),
  );
  return rows.map(({ datname }) => datname);
}

it('concurrent calls create one template, a later one reuses it, and it accepts no connections', async () => {
  const make = () => createTemplateDatabase({ url: server.url, name: 'shared' });
  const names = await Promise.all([make(), make(), make(), make()]);
  expect(new Set(names).size).toBe(1);
  const oid = () =>
    withClient(server.url, (client) =>
      client.query('select oid from pg_database where datname = $1', [names[0]]),
    );
  const { rows: before } = await oid();
  expect(await make()).toBe(names[0]);
  expect((await oid()).rows).toEqual(before);
  expect(await databases('shared%')).toEqual([names[0]]);
  await expect(
    withClient(databaseUrl(server.url, names[0] ?? ''), (client) => client.query('select')),
  ).rejects.toThrow(/not currently accepting connections/);
});

it('an interrupted creation is restarted', async () => {
  const template = await createTemplateDatabase({ url: server.url, name: 'again' });
  await dropDatabase({ url: server.url, name: template });
  await createDatabase({ url: server.url, name: `${template}_draft` });
  expect(await createTemplateDatabase({ url: server.url, name: 'again' })).toBe(template);
  expect(await databases('again%')).toEqual([template]);
});

it('concurrent clones are complete and independent of each other', async () => {
  const template = await createTemplateDatabase({ url: server.url, name: 'cloned' });
  const clones = await Promise.all(
    ['clone_a', 'clone_b', 'clone_c'].map((name) => cloneDatabase({ url: server.url, template, name })),
  );
  const [first = '', second = ''] = clones;
  expect(await catalogSnapshot(first)).toEqual(await catalogSnapshot(second));
  const flags = (url: string) => withClient(url, (client) => client.query('select from feature_flags'));
  await withClient(first, (client) => client.query('delete from feature_flags'));
  expect((await flags(first)).rowCount).toBe(0);
  expect((await flags(second)).rowCount).toBe(4);
  await Promise.all(['clone_a', 'clone_b', 'clone_c'].map((name) => dropDatabase({ url: server.url, name })));
});

it('a template sets the passwords even if it already exists', async () => {
  const options = { url: server.url, name: 'passwords' };
  await createTemplateDatabase(options);
  await createTemplateDatabase({ ...options, rolePasswords: { vc_canvas: 'secret' } });
  const url = new URL(server.url);
  url.username = 'vc_canvas';
  url.password = 'secret';
  await expect(withClient(url.href, (client) => client.query('select'))).resolves.toBeDefined();
});

it('a database in use is dropped too', async () => {
  const url = await createDatabase({ url: server.url, name: 'in_use' });
  await withClient(url, async () => {
    await dropDatabase({ url: server.url, name: 'in_use' });
    expect(await databases('in_use')).toEqual([]);
  });
  await expect(dropDatabase({ url: server.url, name: 'in_use' })).resolves.toBeUndefined();
});
