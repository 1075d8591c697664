import { parseArgs } from 'node:util';
import { chooseBackup } from '../backup/backup-settings.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import { DatabaseToolError } from '../database-tool-error.ts';
import { rolePasswordsFrom } from '../service-roles.ts';
import { ownerUrl, runCommand } from './run-command.ts';

// npm run db:restore -- <file | latest>: replaces the database by a backup, and keeps the replaced one.
await runCommand(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [given] = positionals;
  if (given === undefined || positionals.length > 1) {
    throw new DatabaseToolError(
      'Name the backup: npm run db:restore -- <file>, or latest for the newest one.',
    );
  }
  const { env } = process;
  const url = ownerUrl(env);
  const result = await restoreBackup({
    ...(await chooseBackup(env, given, env.INIT_CWD ?? '.')),
    url,
    identity: env.BACKUP_ENCRYPTION_KEY || undefined,
    rolePasswords: rolePasswordsFrom(env),
    log: console.log,
  });
  const { database, head, rows, kept } = result;
  console.log(`The database ${database} has the state of ${head.createdAt}, with ${rows} rows.`);
  if (kept) console.log(`The replaced database is kept as ${kept}. To delete it: drop database "${kept}";`);
});
