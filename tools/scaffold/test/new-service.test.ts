import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serviceTable } from '@valuecanvas/contracts-core';
import { freePort } from '@valuecanvas/local-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addService } from '../src/add-service.ts';
import { ScaffoldError } from '../src/service-names.ts';
import { copyRepository, linkPackages, removeCopy } from './repository-copy.ts';

/** Milliseconds for steps that take seconds on an idle machine. */
const stepTimeoutMs = 600_000;

let copy: string;
let paths: string[];

beforeAll(async () => {
  copy = await copyRepository();
  paths = await addService(copy, 'report-builder');
  await linkPackages(copy);
  await run(join(copy, 'node_modules/.bin/biome'), ['check', '--write', ...paths]);
  await node('tools/guards/src/generate/main.ts');
}, stepTimeoutMs);

afterAll(() => removeCopy(copy), stepTimeoutMs);

async function run(command: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(command, args, { cwd: copy, env: blankEnvironment() });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

const node = (...args: string[]): Promise<void> => run(process.execPath, args);

/** The environment of the tests, without the servers that the copied repository must not use. */
function blankEnvironment(): NodeJS.ProcessEnv {
  const names = [
    'MIGRATION_DATABASE_URL',
    'REDIS_URL',
    'TOGETHER_API_KEY',
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'NODE_OPTIONS',
  ];
  return { ...process.env, ...Object.fromEntries(names.map((name) => [name, ''])) };
}

test('a new service changes at most six existing files by hand', () => {
  const existing = paths.filter((path) => !/report.builder/.test(path));
  expect(existing).toEqual([
    'libs/contracts/core/src/services.ts',
    'apps/gateway/src/upstreams.ts',
    'apps/gateway/package.json',
    'infrastructure/terraform/variables.tf',
    'tools/guards/test/callers.test.ts',
  ]);
});

test.each([
  ['docker-compose.yml', 'http://report-builder:3106'],
  ['k8s/production/report-builder.yaml', 'containerPort: 9106'],
  ['k8s/production/01-migrate.yaml', 'REPORT_BUILDER_DB_PASSWORD'],
  ['apps/report-builder/Dockerfile', 'EXPOSE 3106 9106'],
  ['apps/report-builder/src/db.ts', 'vc_report_builder'],
  ['.env.example', 'REPORT_BUILDER_URL'],
  ['docs/openapi.json', '/api/report-builder/hello'],
  ['docs/environment.md', '## report-builder'],
])('npm run generate adds it to %s', async (path, text) => {
  expect(await readFile(join(copy, path), 'utf8')).toContain(text);
});

test(
  'the whole repository passes the type check with it',
  () => node('node_modules/typescript-7/bin/tsc', '--noEmit'),
  stepTimeoutMs,
);

test(
  'the dev stack starts it, and its route answers through the gateway',
  async () => {
    const port = await freePort();
    const stack = spawn(process.execPath, ['tools/dev-stack/start.mjs', '--state', join(copy, '.dev')], {
      cwd: copy,
      env: { ...blankEnvironment(), PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(stack, 'close');
    let printed = '';
    try {
      await new Promise<void>((resolve, reject) => {
        const read = (chunk: Buffer) => {
          printed += chunk;
          if (printed.includes('ValueCanvas is ready at')) resolve();
        };
        stack.stdout.on('data', read);
        stack.stderr.on('data', read);
        ended.then(() => reject(new Error(`The dev stack ended:\n${printed}`)), reject);
      });
      const url = `http://127.0.0.1:${port}`;
      const health = (await (await fetch(`${url}/health/ready`)).json()) as {
        services: Record<string, unknown>;
      };
      expect(health.services['report-builder']).toMatchObject({ status: 'up', checks: { postgres: 'up' } });

      const signUp = await fetch(`${url}/auth/v1/signup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'first@example.com', password: 'correct horse battery' }),
      });
      const { access_token, user } = (await signUp.json()) as { access_token: string; user: { id: string } };
      const path = `${url}/api/report-builder/hello`;
      const answer = await fetch(path, { headers: { authorization: `Bearer ${access_token}` } });
      expect(await answer.json()).toMatchObject({ data: { message: `Hello, ${user.id}.` } });
      expect((await fetch(path)).status).toBe(401);
    } finally {
      stack.kill('SIGINT');
      await ended;
    }
  },
  stepTimeoutMs,
);

test.each(['Reports', 'report_builder', '', '9'])('"%s" is refused as a name', async (name) => {
  await expect(addService(copy, name)).rejects.toThrow(ScaffoldError);
});

test('the name of an existing service is refused', async () => {
  const [first = ''] = Object.keys(serviceTable);
  await expect(addService(copy, first)).rejects.toThrow('already');
});
