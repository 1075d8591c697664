import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const command = fileURLToPath(new URL('../src/commands/test.ts', import.meta.url));

/** A repository of two projects, `sound` and `other`; `files` are added to it. */
async function repository(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'valuecanvas-test-command-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const all = {
    'vitest.config.mjs': 'export default { test: { projects: ["*/vitest.config.mjs"] } }',
    'sound/vitest.config.mjs': 'export default { test: { name: "sound", globals: true } }',
    'sound/sound.test.js': 'test("holds", () => {}); test.skip("waits", () => {})',
    'other/vitest.config.mjs': 'export default { test: { name: "other", globals: true } }',
    'other/other.test.js': 'test("holds", () => {})',
    ...files,
  };
  for (const [path, contents] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), contents);
  }
  return root;
}

/** Runs the command in a repository, as `npm test -- <args>` would. */
async function run(root: string, ...args: string[]) {
  const child = spawn(process.execPath, [command, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, errors, lastLine: output.trimEnd().split('\n').at(-1) };
}

test('a run of all projects ends with its totals', async () => {
  expect(await run(await repository())).toMatchObject({ code: 0, lastLine: '2 passed, 0 failed, 1 skipped' });
});

test('a project is run by its name, and a file by its path', async () => {
  const root = await repository();
  expect(await run(root, 'other')).toMatchObject({ code: 0, lastLine: '1 passed, 0 failed, 0 skipped' });
  expect(await run(root, 'sound/')).toMatchObject({ code: 0, lastLine: '1 passed, 0 failed, 1 skipped' });
});

test('a project that does not exist, or has no tests, fails', async () => {
  const root = await repository({ 'empty/vitest.config.mjs': 'export default { test: { name: "empty" } }' });
  const unknown = await run(root, 'othr');
  expect(unknown).toMatchObject({ code: 1, lastLine: '0 passed, 1 failed' });
  expect(unknown.errors).toContain('othr');
  expect(await run(root, 'empty')).toMatchObject({ code: 1, lastLine: '0 passed, 1 failed, 0 skipped' });
});

test.each([
  ['a test', 'test("breaks", () => { throw new Error("broken") })'],
  ['loading a file', 'throw new Error("broken")'],
  ['a hook', 'beforeAll(() => { throw new Error("broken") }); test("is not reached", () => {})'],
  ['a promise that no code awaits', 'test("ends", () => { Promise.reject(new Error("broken")) })'],
])('a failure in %s is a failed test', async (_, contents) => {
  const { code, lastLine } = await run(await repository({ 'other/broken.test.js': contents }));
  expect(code).toBe(1);
  expect(lastLine).toMatch(/^\d passed, 1 failed, \d skipped$/);
});

test('a test file outside every project is a failure', async () => {
  const { code, lastLine, errors } = await run(
    await repository({ 'docs/lost.test.ts': 'test("runs", () => {})' }),
  );
  expect({ code, lastLine }).toEqual({ code: 1, lastLine: '2 passed, 1 failed, 1 skipped' });
  expect(errors).toContain('docs/lost.test.ts did not run');
});
