import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readManifests } from '../manifests.ts';
import { root } from '../root.ts';

const run = promisify(execFile);

/**
 * Runs a dry `npm ci` in a folder that contains only the manifests and the lock file. Rejects with npm's own message if
 * they disagree: npm can write a lock file that works only in the folder where it was written. Installs nothing, because
 * every real install verifies the packages' hashes.
 */
export async function cleanInstall(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-install-'));
  try {
    const manifests = await readManifests();
    const files = manifests.map((manifest) => join(manifest.folder, 'package.json'));
    for (const file of [...files, 'package-lock.json', '.npmrc']) {
      await cp(join(root, file), join(folder, file));
    }
    await run('npm', ['ci', '--ignore-scripts', '--dry-run'], { cwd: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
