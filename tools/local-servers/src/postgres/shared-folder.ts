import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalServerError } from '../local-server-error.ts';

/**
 * Under /var/lib, because only root needs it: no other user can create it first, and unlike /var/tmp it is not cleaned by
 * age.
 */
const sharedRoot = '/var/lib/valuecanvas';

/** Returns root's path for `name` that any account can reach. Creates the parent folder, but not `name`. */
export async function sharedFolder(name: string): Promise<string> {
  await openFolder(sharedRoot);
  return join(sharedRoot, name);
}

/** Creates our folder, which others may enter but not list. Throws LocalServerError if it belongs to another user. */
export async function openFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o711 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new LocalServerError(
      `${folder} belongs to another user. Delete it or give it to this user (chown).`,
    );
  }
  await chmod(folder, 0o711);
}
