import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const command = fileURLToPath(new URL('../src/commands/generate-secrets.ts', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function generateIn(folder: string, ...parameters: string[]): Promise<Ended> {
  const program = [command, ...parameters];
  const options = { cwd: folder, env: { ...process.env, INIT_CWD: folder } };
  return new Promise((resolve) => {
    execFile(process.execPath, program, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test.each([
  ['.env', []],
  ['.env.production', ['.env.production']],
])('secrets are written to %s, readable by their owner alone, and not printed', async (name, parameters) => {
  const folder = await temporaryFolder();
  const { code, stdout } = await generateIn(folder, ...parameters);
  expect(code).toBe(0);
  const { POSTGRES_PASSWORD } = parseEnv(await readFile(join(folder, name), 'utf8'));
  expect(POSTGRES_PASSWORD).toMatch(/^[\w-]{32}$/);
  expect(stdout).not.toContain(POSTGRES_PASSWORD);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
});

test('an existing file is never overwritten', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, '.env'), 'MINE=1\n');
  const { code, stderr } = await generateIn(folder);
  expect(code).toBe(1);
  expect(stderr).toContain(join(folder, '.env'));
  expect(await readFile(join(folder, '.env'), 'utf8')).toBe('MINE=1\n');
});

test('--stdout prints the secrets and writes nothing', async () => {
  const folder = await temporaryFolder();
  const { stdout } = await generateIn(folder, '--stdout');
  expect(parseEnv(stdout)).toHaveProperty('POSTGRES_PASSWORD');
  expect(await readdir(folder)).toEqual([]);
});
