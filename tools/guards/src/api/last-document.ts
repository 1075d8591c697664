import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from '../root.ts';

const run = promisify(execFile);

/** The document of a commit. */
export interface CommittedDocument {
  readonly commit: string;
  readonly text: string;
}

/**
 * The document that clients know: that of the last commit or, if it equals the current one, of the commit's parent.
 * Undefined without git or without this part of the history, as in a shallow clone.
 */
export async function lastDocument(
  path: string,
  current: string,
  folder = root,
): Promise<CommittedDocument | undefined> {
  const head = await show('HEAD', path, folder);
  return head !== undefined && head.text !== current ? head : show('HEAD^', path, folder);
}

async function show(commit: string, path: string, cwd: string): Promise<CommittedDocument | undefined> {
  try {
    const shown = await run('git', ['show', `${commit}:${path}`], { cwd, maxBuffer: 64 * 1024 * 1024 });
    return { commit, text: shown.stdout };
  } catch {
    return undefined;
  }
}
