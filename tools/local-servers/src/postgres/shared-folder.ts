import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalServerError } from '../local-server-error.ts';

/**
 * Below /var/lib, since only root needs it: nobody else can make it first, and what lies there is not cleared
 * away by age as /var/tmp is.
 */
const sharedRoot = '/var/lib/valuecanvas';

/** Where root keeps `name` so that any account can reach it; its parent exists afterwards, `name` may not. */
export async function sharedFolder(name: string): Promise<string> {
  await openFolder(sharedRoot);
  return join(sharedRoot, name);
}

/** A folder of ours that others may pass through but not list; throws LocalServerError if it is another's. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o711 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new LocalServerError(
      `${folder} belongs to somebody else; delete it or give it to this user (chown).`,
    );
  }
  await chmod(folder, 0o711);
}
