import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { requireDiskSpace } from './disk-space.ts';

const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * Creates the folder `target` unless it exists. `fill` writes to a draft folder beside it, which is renamed once it is
 * complete, so that no process sees an incomplete folder. Of two concurrent builders the slower one discards its draft.
 */
export async function buildOnce(target: string, fill: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true });
  await requireDiskSpace(dirname(target));
  await removeAbandonedDrafts(target);
  const draft = await mkdtemp(draftPrefix(target));
  try {
    await chmod(draft, 0o755);
    await fill(draft);
    await rename(draft, target).catch(ignoreEarlierWinner);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const draftPrefix = (target: string) => `${target}.draft-`;

function ignoreEarlierWinner(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}

/** Age after which a draft counts as left behind by a killed builder. A younger one may still be in use. */
async function removeAbandonedDrafts(target: string): Promise<void> {
  const parent = dirname(target);
  const drafts = (await readdir(parent)).filter((name) => name.startsWith(basename(draftPrefix(target))));
  for (const name of drafts) {
    const draft = join(parent, name);
    const changed = await stat(draft).then(
      (found) => found.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (changed < Date.now() - ABANDONED_AFTER_MS) await rm(draft, { recursive: true, force: true });
  }
}
