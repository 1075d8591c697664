import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './root.ts';

const run = promisify(execFile);

/** Lists the tracked files and the untracked files that git does not ignore, as paths relative to the root. */
export async function repositoryFiles(): Promise<string[]> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  return listed.stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}
