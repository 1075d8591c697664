import { parseArgs } from 'node:util';
import { chooseBackup } from '../backup/backup-settings.ts';
import { drill } from '../backup/drill.ts';
import { ownerUrl, runCommand } from './run-command.ts';

// npm run db:drill [-- <file>]: restores the newest or the named backup beside the database, verifies it, and drops it.
await runCommand(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const { env } = process;
  const chosen = await chooseBackup(env, positionals[0] ?? 'latest', env.INIT_CWD ?? '.');
  const { head, rows, bytes, recoverySeconds, lossSeconds } = await drill({
    ...chosen,
    url: ownerUrl(env),
    identity: env.BACKUP_ENCRYPTION_KEY || undefined,
    log: console.log,
  });
  const tables = Object.keys(head.inventory.rows).length;
  console.log(`${chosen.name} works: ${rows} rows in ${tables} tables, ${bytes} bytes.`);
  console.log(`Recovery time (RTO): ${recoverySeconds.toFixed(1)} s, from the start to a verified database.`);
  console.log(`Recovery point (RPO): ${(lossSeconds / 60).toFixed(1)} min, the age of the backup.`);
});
