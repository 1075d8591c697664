import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';
import { cleanInstall } from './clean-install.ts';
import { type LockFile, registryFaults } from './lock-faults.ts';

const locks = ['package-lock.json', 'tools/local-servers/postgres-versions/*/package-lock.json'];
for await (const path of glob(locks, { cwd: root })) {
  const lock = JSON.parse(await readFile(join(root, path), 'utf8')) as LockFile;
  const faults = registryFaults(path, lock);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

try {
  await cleanInstall();
  console.log('npm ci accepts the lock file in an empty folder.');
} catch (error) {
  console.error('npm ci rejects the lock file in an empty folder:');
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
