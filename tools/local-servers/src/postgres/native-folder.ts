import { chmod, cp, lstat, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { buildOnce } from '../build-once.ts';
import { type Account, canReach } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { sharedFolder } from './shared-folder.ts';

/**
 * Returns a folder from which the account can run the binaries: the package's own folder or, if the account cannot enter
 * that (a clone in root's home), a copy that is made once per version.
 */
export async function runnableFolder(
  binaries: PostgresBinaries,
  account: Account | undefined,
): Promise<string> {
  const { folder, packageVersion } = binaries;
  if (account === undefined || (await canReach(account, join(folder, 'bin', 'postgres')))) {
    await linkLibraries(folder);
    return folder;
  }
  const copy = await sharedFolder(`postgres-${packageVersion}-${process.platform}-${process.arch}`);
  await buildOnce(copy, async (draft) => {
    await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
    await makeReadable(draft);
    await linkLibraries(draft);
  });
  return copy;
}

/** npm packages cannot contain links, so the package lists them for its install script, which is disabled here. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    const link = join(folder, relative('native', target));
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Grants all users the owner's permissions except writing, because an install under umask 077 grants them none. */
async function makeReadable(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => !found.isSymbolicLink())) {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    await chmod(path, entry.isDirectory() || mode & 0o100 ? 0o755 : 0o644);
  }
}
