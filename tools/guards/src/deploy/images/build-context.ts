import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../root.ts';
import { readDockerignore } from './dockerignore.ts';

/** The files that a build would be sent from a clean clone in which all changes are committed. */
export async function contextFiles(): Promise<string[]> {
  const isIgnored = readDockerignore(await readFile(join(root, '.dockerignore'), 'utf8'));
  return (await repositoryFiles()).filter((path) => !isIgnored(path));
}

/** Copies files of the repository to the same places below another folder. */
export async function copyFiles(paths: readonly string[], folder: string): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(join(root, path), join(folder, path), constants.COPYFILE_FICLONE);
  }
}

async function repositoryFiles(): Promise<string[]> {
  const [all, deleted] = await Promise.all([
    list('--cached', '--others', '--exclude-standard'),
    list('--deleted'),
  ]);
  const gone = new Set(deleted);
  return all.filter((path) => !gone.has(path)).sort();
}

async function list(...options: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', ...options], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.split('\0').filter((path) => path !== '');
}
