import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Databases } from './databases.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Writes the file from which npm scripts such as `npm run user:grant` read the databases of the running platform. Only the
 * owner can read it. `cleanup` deletes it.
 */
export async function shareEnvironment(
  state: string,
  { ownerUrl, redisUrl }: Databases,
  cleanup: AsyncDisposableStack,
): Promise<void> {
  const file = join(state, 'environment');
  await replaceFile(file, `MIGRATION_DATABASE_URL='${ownerUrl}'\nREDIS_URL='${redisUrl}'\n`);
  cleanup.defer(() => rm(file, { force: true }));
}
