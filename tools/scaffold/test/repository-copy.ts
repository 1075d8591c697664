import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** Copies the sources of the repository into a temporary folder, without installing them. */
export async function copyRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-scaffold-'));
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const { stdout } = await promisify(execFile)('git', list, { cwd: repository, maxBuffer: 64 * 1024 * 1024 });
  const paths = stdout.split('\0').filter((path) => path !== '');
  await Promise.all(
    [...new Set(paths.map(dirname))].map((path) => mkdir(join(folder, path), { recursive: true })),
  );
  for (const path of paths) await cp(join(repository, path), join(folder, path)).catch(ignoreDeleted);
  return folder;
}

function ignoreDeleted(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

/** Links the packages of the repository and the workspaces of the copy like an install would. */
export async function linkPackages(folder: string): Promise<void> {
  const modules = [
    'node_modules',
    'apps/*/node_modules',
    'libs/*/node_modules',
    'libs/contracts/*/node_modules',
    'tools/*/node_modules',
  ];
  for await (const path of glob(modules, { cwd: repository })) await linkFolder(folder, path);
  await mkdir(join(folder, 'node_modules/@valuecanvas'));
  const manifests = [
    'apps/*/package.json',
    'libs/*/package.json',
    'libs/contracts/*/package.json',
    'tools/*/package.json',
  ];
  for await (const path of glob(manifests, { cwd: folder })) {
    const workspace = dirname(path);
    const name = workspace.replace(/^libs\/contracts\//, 'contracts-').replace(/^(apps|libs|tools)\//, '');
    const link = join(folder, 'node_modules/@valuecanvas', name);
    await symlink(relative(dirname(link), join(folder, workspace)), link);
  }
}

async function linkFolder(folder: string, path: string): Promise<void> {
  await mkdir(join(folder, path), { recursive: true });
  for (const entry of await readdir(join(repository, path))) {
    if (entry !== '@valuecanvas') await symlink(join(repository, path, entry), join(folder, path, entry));
  }
}

export function removeCopy(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}
