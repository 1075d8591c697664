import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../root.ts';

const run = promisify(execFile);

/** Returns secretlint's report on these files; empty if it finds no secret. */
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
