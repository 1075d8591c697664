import { statfs } from 'node:fs/promises';
import { LocalServerError } from './local-server-error.ts';

/** Room for a new cluster, or for a distribution's package lists. */
const NEEDED_MEGABYTES = 200;

/**
 * Throws LocalServerError if the disk that holds an existing folder is almost full. Asked beforehand, because
 * what follows says so unclearly at best: on a full disk apt waits for ever, and initdb speaks of transactions.
 */
export async function requireDiskSpace(folder: string, neededMegabytes = NEEDED_MEGABYTES): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  // Some network file systems report nothing at all.
  if (blocks === 0 || free >= neededMegabytes) return;
  throw new LocalServerError(
    `The disk that holds ${folder} has ${free} MB left and ${neededMegabytes} MB are needed; free some space and start again.`,
  );
}
