import { createHash } from 'node:crypto';
import { glob, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from './settings.ts';
import { StackError } from './stack-error.ts';

/** Everything that a build of the page depends on. The lock file names the versions of all packages. */
const inputs = ['apps/web/**/*', 'libs/web-client/src/**/*', 'package-lock.json'];

const cache = join(projectRoot, '.cache', 'web');

/**
 * Returns the folder of the built page. Builds it if its inputs have changed since the last build, and deletes older
 * builds. Throws StackError if the build fails.
 */
export async function builtPage(say: (line: string) => void): Promise<string> {
  const key = await hashOfInputs();
  const folder = join(cache, key);
  if (await exists(join(folder, 'index.html'))) return folder;
  say('Building the page');
  // Loaded only for a build: it takes longer than everything else here.
  const { buildPage } = await import('@valuecanvas/build/page');
  try {
    await buildPage('web', folder);
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new StackError(`The page could not be built: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  for (const other of await readdir(cache)) {
    if (other !== key) await rm(join(cache, other), { recursive: true, force: true });
  }
  return folder;
}

async function hashOfInputs(): Promise<string> {
  const hash = createHash('sha256');
  const files: string[] = [];
  for await (const file of glob(inputs, { cwd: projectRoot, exclude: ['**/node_modules'] })) files.push(file);
  for (const file of files.sort()) {
    const path = join(projectRoot, file);
    if (!(await stat(path)).isFile() || /\.test\.ts$/.test(file)) continue;
    hash.update(`${file}\0`).update(await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
