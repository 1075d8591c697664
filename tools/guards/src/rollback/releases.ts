import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';

/** A clone of this repository with its packages installed. */
export interface Release {
  readonly name: string;
  readonly root: string;
}

export const thisRelease: Release = { name: 'this release', root };

/** Returns the newest tag of a release before this commit, if there is one. */
export function previousTag(): string | undefined {
  const tags = git('tag', '--list', 'v*', '--no-contains', 'HEAD', '--merged', 'HEAD', '--sort=-v:refname');
  return tags.split('\n')[0] || undefined;
}

/** Checks out a commit beside this clone and installs its packages. Disposing removes it. */
export async function installRelease(commit: string): Promise<Release & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-release-'));
  const remove = async () => {
    git('worktree', 'remove', '--force', folder);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    git('worktree', 'add', '--quiet', '--detach', folder, commit);
    await run(folder, 'npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund');
  } catch (error) {
    await remove();
    throw error;
  }
  return { name: git('describe', '--tags', '--always', commit), root: folder, [Symbol.asyncDispose]: remove };
}

/** Runs a command in a folder and returns its output. Rejects with the output if it fails. */
export async function run(folder: string, command: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} failed:\n${printed}`);
  return printed;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}
