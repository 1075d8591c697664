import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildOnce } from './build-once.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';

test('two concurrent builders leave one complete folder', async () => {
  const parent = await temporaryFolder();
  const build = (content: string) =>
    buildOnce(join(parent, 'built'), (draft) => writeFile(join(draft, 'file'), content));
  await Promise.all([build('one'), build('two')]);
  expect(await readdir(parent)).toEqual(['built']);
  expect(await readFile(join(parent, 'built', 'file'), 'utf8')).toMatch(/^(one|two)$/);
});

test('a failed build leaves nothing, so that the next one succeeds', async () => {
  const parent = await temporaryFolder();
  const target = join(parent, 'built');
  const failing = buildOnce(target, async () => {
    throw new Error('no network');
  });
  await expect(failing).rejects.toThrow('no network');
  expect(await readdir(parent)).toEqual([]);
  await buildOnce(target, (draft) => writeFile(join(draft, 'file'), ''));
  expect(await readdir(target)).toEqual(['file']);
});

test("a killed builder's draft is removed, a recent draft is not", async () => {
  const parent = await temporaryFolder();
  await mkdir(join(parent, 'built.draft-old'));
  await utimes(join(parent, 'built.draft-old'), 0, 0);
  await mkdir(join(parent, 'built.draft-young'));
  await buildOnce(join(parent, 'built'), (draft) => writeFile(join(draft, 'file'), ''));
  expect((await readdir(parent)).sort()).toEqual(['built', 'built.draft-young']);
});
