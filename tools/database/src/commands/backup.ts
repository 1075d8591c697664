import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { backupKeys, backupStore, retentionDays } from '../backup/backup-settings.ts';
import { createBackup } from '../backup/create-backup.ts';
import { createBackupKey } from '../backup/encryption.ts';
import { DatabaseToolError } from '../database-tool-error.ts';
import { ownerUrl, runCommand } from './run-command.ts';

// npm run db:backup: stores an encrypted backup. With --every-hours 24, goes on until it is stopped. With --new-key, prints a
// line for .env with a new key instead.
const { values } = parseArgs({
  options: { 'new-key': { type: 'boolean' }, 'every-hours': { type: 'string' } },
});

/** A week. A timer of more than 24 days would end at once. */
const longestHours = 168;

await runCommand(async () => {
  if (values['new-key']) return console.log(`BACKUP_ENCRYPTION_KEY='${await createBackupKey()}'`);
  if (values['every-hours'] === undefined) return backup();
  const hours = Number(values['every-hours']);
  if (!(hours > 0 && hours <= longestHours))
    throw new DatabaseToolError(`--every-hours needs a number of hours above 0, at most ${longestHours}.`);
  for (;;) {
    // A failed backup is reported, and the next one may succeed.
    await runCommand(backup);
    await delay(hours * 3_600_000);
  }
});

async function backup(): Promise<void> {
  const { env } = process;
  const { location, bytes, checksum, deleted } = await createBackup({
    url: ownerUrl(env),
    store: await backupStore(env),
    keys: await backupKeys(env),
    retentionDays: retentionDays(env),
  });
  console.log(`Backup ${location}: ${bytes} bytes, SHA-256 ${checksum}.`);
  if (deleted.length > 0) console.log(`Deleted after BACKUP_RETENTION_DAYS: ${deleted.join(', ')}.`);
}
