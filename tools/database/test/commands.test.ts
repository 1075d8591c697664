import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { rawFiles } from './raw-files.ts';
import { useOwnServer } from './server.ts';

const server = useOwnServer(15);
const files = await rawFiles();

/** Runs a command as the npm scripts do, with nothing but the given variables. */
async function run(command: string, env: Record<string, string>, args: string[] = []) {
  const file = fileURLToPath(new URL(`../src/commands/${command}.ts`, import.meta.url));
  const options = { env: { PATH: process.env.PATH ?? '', ...env } };
  return promisify(execFile)(process.execPath, [file, ...args], options).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stderr }) => ({ code, said: stderr }),
  );
}

it('db:migrate reports what it applied and which passwords it left unchanged', async () => {
  const url = await server.database();
  const env = { MIGRATION_DATABASE_URL: url, GATEWAY_DB_PASSWORD: 'geheim' };
  const first = await run('migrate', env);
  expect(first.code).toBe(0);
  expect(first.said).toMatch(/^Applied 20241123100000_baseline\n/);
  expect(first.said).toContain(
    `\n${files.length} migrations applied, 0 were already applied.\nRole passwords set: 1 of 6; `,
  );
  expect(first.said).not.toContain('geheim');
  const second = await run('migrate', env);
  expect(second.said).toContain(`0 migrations applied, ${files.length} were already applied.\n`);
  expect(await run('seed', env)).toEqual({ code: 0, said: expect.stringMatching(/Sample data/) });
});

it.each(['migrate', 'seed'])(
  'db:%s without a database ends with one sentence and exit code 1',
  async (command) => {
    expect(await run(command, {})).toEqual({
      code: 1,
      said: 'MIGRATION_DATABASE_URL is not set: set it to the URL of the database, with a role that owns it.\n',
    });
    expect(await run(command, { MIGRATION_DATABASE_URL: 'localhost' })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^MIGRATION_DATABASE_URL is not a URL: .*\.\n$/),
    });
  },
);

it("the services' table types match the migrations", async () => {
  expect(await run('types', { MIGRATION_DATABASE_URL: server.url }, ['--check'])).toEqual({
    code: 0,
    said: 'The table types match the migrations.\n',
  });
});
