import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { awaitSchema } from '../src/await-schema.ts';
import { migrate } from '../src/migrate.ts';
import { migrationsDirectory, readMigrations } from '../src/migration-files.ts';
import { useOwnServer } from './server.ts';

const server = useOwnServer(15);
const newest = (await readMigrations()).at(-1)?.version;

/** URL of the same database for a service's role. */
function asCanvas(url: string): string {
  const changed = new URL(url);
  changed.username = 'vc_canvas';
  changed.password = 'secret';
  return changed.href;
}

it('a release waits through a missing role and a missing schema until its migrations are applied', async () => {
  const owner = await server.database();
  const reasons: string[] = [];
  let migrated: Promise<unknown> | undefined;
  const version = await awaitSchema({
    url: asCanvas(owner),
    timeoutMs: 60_000,
    intervalMs: 20,
    log: (reason) => {
      reasons.push(reason);
      migrated ??= migrate({ url: owner, rolePasswords: { vc_canvas: 'secret' } });
    },
  });
  await migrated;
  expect(version).toBe(newest);
  expect(reasons[0]).toMatch(/^Cannot connect to PostgreSQL/);
  expect(reasons.join()).not.toContain('secret');
});

it('a database without migrations ends the wait with what it lacks', async () => {
  await expect(awaitSchema({ url: await server.database(), timeoutMs: 50, intervalMs: 20 })).rejects.toThrow(
    `Gave up waiting. The schema is not there yet, and this release needs ${newest}.`,
  );
});

it('an older schema is waited for, and a newer one is accepted', async () => {
  const url = await server.database();
  const directory = await mkdtemp(join(tmpdir(), 'valuecanvas-migrations-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await cp(migrationsDirectory, directory, { recursive: true });
  await writeFile(join(directory, '20991231000000_later.sql'), 'select 1');
  await migrate({ url });
  await expect(awaitSchema({ url, directory, timeoutMs: 50, intervalMs: 20 })).rejects.toThrow(
    `The schema has version ${newest}, and this release needs 20991231000000.`,
  );
  await migrate({ url, directory });
  expect(await awaitSchema({ url, timeoutMs: 50 })).toBe('20991231000000');
});
