import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../src/root.ts';

/** Biome's report on files under the repository's configuration. Each run reads the whole repository. */
async function lint(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(root, 'tools/guards/test/cycle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const { promise, resolve } = Promise.withResolvers<string>();
  const biome = join(root, 'node_modules/.bin/biome');
  execFile(biome, ['lint', folder], { cwd: root }, (_error, stdout, stderr) => resolve(stdout + stderr));
  return promise;
}

test('two files that import only types of each other are a cycle, and imports in one direction are not', async () => {
  const report = await lint({
    'hen.ts': "import type { Egg } from './egg.ts';\nexport type Hen = { readonly from: Egg };\n",
    'egg.ts': "import type { Hen } from './hen.ts';\nexport type Egg = { readonly of: Hen };\n",
    'coop.ts': "import type { Straw } from './straw.ts';\nexport type Coop = { readonly floor: Straw };\n",
    'straw.ts': 'export type Straw = { readonly weight: number };\n',
  });
  const files = [...report.matchAll(/(\w+)\.ts:\S+ lint\/suspicious\/noImportCycles/g)].map(
    ([, name]) => name,
  );
  expect(files.sort()).toEqual(['egg', 'hen']);
});
