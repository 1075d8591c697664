import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Databases } from './databases.ts';
import { replaceFile } from './replace-file.ts';

/**
 * Writes the file from which npm scripts such as `npm run user:grant` read the databases of the running platform, the key of
 * its backups, and its address. Only the owner can read it. `cleanup` deletes it.
 */
export async function shareEnvironment(
  state: string,
  {
    ownerUrl,
    redisUrl,
    backupKey,
    publicUrl,
  }: Databases & {
    readonly backupKey: string;
    readonly publicUrl: string;
  },
  cleanup: AsyncDisposableStack,
): Promise<void> {
  const file = join(state, 'environment');
  const variables = {
    MIGRATION_DATABASE_URL: ownerUrl,
    REDIS_URL: redisUrl,
    BACKUP_ENCRYPTION_KEY: backupKey,
    PUBLIC_URL: publicUrl,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  await replaceFile(file, lines.join(''));
  cleanup.defer(() => rm(file, { force: true }));
}
