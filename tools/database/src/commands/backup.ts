import { parseArgs } from 'node:util';
import { backupKeys, backupStore, retentionDays } from '../backup/backup-settings.ts';
import { createBackup } from '../backup/create-backup.ts';
import { createBackupKey } from '../backup/encryption.ts';
import { ownerUrl, runCommand } from './run-command.ts';

// npm run db:backup: stores an encrypted backup. With --new-key, prints a line for .env with a new key instead.
await runCommand(async () => {
  const { values } = parseArgs({ options: { 'new-key': { type: 'boolean' } } });
  if (values['new-key']) return console.log(`BACKUP_ENCRYPTION_KEY='${await createBackupKey()}'`);
  const { env } = process;
  const { location, bytes, checksum, deleted } = await createBackup({
    url: ownerUrl(env),
    store: await backupStore(env),
    keys: await backupKeys(env),
    retentionDays: retentionDays(env),
  });
  console.log(`Backup ${location}: ${bytes} bytes, SHA-256 ${checksum}.`);
  if (deleted.length > 0) console.log(`Deleted after BACKUP_RETENTION_DAYS: ${deleted.join(', ')}.`);
});
