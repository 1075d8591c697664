import { statfs } from 'node:fs/promises';
import { LocalServerError } from './local-server-error.ts';

/** Space for a new cluster, or for a distribution's package lists. */
const NEEDED_MEGABYTES = 200;

/**
 * Throws LocalServerError if the disk of an existing folder is almost full. Later failures would be unclear: on a full
 * disk apt hangs, and initdb reports transactions.
 */
export async function requireDiskSpace(folder: string, neededMegabytes = NEEDED_MEGABYTES): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  // Some network file systems report no sizes.
  if (blocks === 0 || free >= neededMegabytes) return;
  throw new LocalServerError(
    `The disk that holds ${folder} has ${free} MB left and ${neededMegabytes} MB are needed. Free some space and start again.`,
  );
}
