import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../root.ts';

const run = promisify(execFile);

/** Files that are in the repository, or would be with the next commit. */
export async function repositoryFiles(): Promise<string[]> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  return listed.stdout.split('\0').filter((path) => path !== '');
}

/** What looks like a secret in these files, in the words of secretlint; empty where nothing does. */
export async function findSecrets(files: readonly string[]): Promise<string> {
  const secretlint = join(root, 'node_modules/.bin/secretlint');
  const options = ['--secretlintrc', join(root, '.secretlintrc.json'), '--no-glob', '--format', 'compact'];
  try {
    await run(secretlint, [...options, ...files], { cwd: root });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return stdout || stderr || String(error);
  }
}
