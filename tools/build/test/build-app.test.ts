import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildApp } from '../src/build-app.ts';

/** Creates a repository with one app, the files that every app has, and the given files. */
async function repository(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'valuecanvas-build-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const all = {
    'apps/shop/src/main.ts': "import './app.ts';",
    'libs/service-kit/src/observe/register.ts': '',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(folder: string, ...args: string[]): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  execFile(process.execPath, args, { cwd: folder, env: {} }, (error, stdout, stderr) => {
    resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
  });
  return promise;
}

const packageFiles = (folder: string, version: number) => ({
  [`${folder}/package.json`]: '{ "name": "clock", "type": "module", "exports": "./index.js" }',
  [`${folder}/index.js`]: `export const version = ${version};`,
});

const saysVersion = "import { version } from 'clock';\nconsole.log(version);";

test('a built service without its environment names every missing variable', async () => {
  const root = join(import.meta.dirname, '../../..');
  await mkdir(join(root, '.cache'), { recursive: true });
  const out = await mkdtemp(join(root, '.cache/build-'));
  onTestFinished(() => rm(out, { recursive: true }));
  await buildApp('canvas', { root, out });

  const { code, stderr } = await run(out, '--import', './register.js', 'main.js');

  expect(code).toBe(1);
  expect(stderr).toContain('DATABASE_URL is required');
  expect(stderr).toContain('INTERNAL_SIGNING_KEY is required');
});

test('the preload and the service share a module’s state', async () => {
  const register = "import { state } from './state.ts';\nstate.on = true;";
  const root = await repository({
    'libs/service-kit/src/observe/register.ts': register,
    'libs/service-kit/src/observe/state.ts': 'export const state = { on: false };',
    'apps/shop/src/app.ts':
      "import { state } from '../../../libs/service-kit/src/observe/state.ts';\nconsole.log(state.on);",
  });
  await buildApp('shop', { root });

  expect((await run(`${root}/dist/shop`, '--import', './register.js', 'main.js')).stdout).toBe('true\n');
});

test('a hoisted package stays outside the bundle', async () => {
  const root = await repository({
    'apps/shop/src/app.ts': saysVersion,
    ...packageFiles('node_modules/clock', 1),
  });
  await buildApp('shop', { root });

  expect(await readFile(`${root}/dist/shop/main.js`, 'utf8')).toContain('from "clock"');
  expect((await run(`${root}/dist/shop`, 'main.js')).stdout).toBe('1\n');
});

test('a bundle contains its source’s version of a package if another one is hoisted', async () => {
  const root = await repository({
    'apps/shop/src/app.ts': saysVersion,
    ...packageFiles('node_modules/clock', 1),
    ...packageFiles('apps/shop/node_modules/clock', 2),
  });
  await buildApp('shop', { root });

  expect((await run(`${root}/dist/shop`, 'main.js')).stdout).toBe('2\n');
});

test('a file that a module reads from its folder is copied beside the bundle', async () => {
  const root = await repository({
    'apps/shop/src/app.ts': "import './stock/reserve.ts';",
    'apps/shop/src/stock/reserve.ts':
      "import { readFileSync } from 'node:fs';\nconsole.log(readFileSync(new URL('./reserve.lua', import.meta.url), 'utf8'));",
    'apps/shop/src/stock/reserve.lua': 'return 1',
  });
  await buildApp('shop', { root });

  expect((await run(`${root}/dist/shop`, 'main.js')).stdout).toBe('return 1\n');
});

test('two such files with the same name fail the build', async () => {
  const root = await repository({
    'apps/shop/src/app.ts':
      "export const all = [new URL('./a/take.lua', import.meta.url), new URL('./b/take.lua', import.meta.url)];",
    'apps/shop/src/a/take.lua': '',
    'apps/shop/src/b/take.lua': '',
  });

  await expect(buildApp('shop', { root })).rejects.toThrow('Two files are called take.lua');
});

test('each command of an app is a separate program', async () => {
  const root = await repository({
    'apps/shop/src/app.ts': '',
    'apps/shop/src/commands/open-shop.ts': "console.log('open');",
    'apps/shop/src/commands/open-shop.test.ts': '',
  });
  await buildApp('shop', { root });

  expect((await run(`${root}/dist/shop`, 'open-shop.js')).stdout).toBe('open\n');
  expect((await readdir(`${root}/dist/shop`)).filter((name) => name.includes('test'))).toEqual([]);
});
