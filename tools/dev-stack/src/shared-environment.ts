import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Databases } from './databases.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Lets commands like `npm run user:grant` find the databases of the running platform: the npm scripts read this file.
 * It can be read by its owner alone, and goes with `cleanup`.
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
