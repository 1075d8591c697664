import { logged } from './backup-log.ts';
import { backupTime } from './backup-name.ts';
import { type RestoredDatabase, type RestoreOptions, withRestored } from './restore-backup.ts';

export interface DrillResult extends RestoredDatabase {
  /** Time from the start to a verified database, in seconds: the recovery time, without the time of people. */
  readonly recoverySeconds: number;
  /** Age of the backup in seconds: what a loss of the database would lose now. */
  readonly lossSeconds: number;
}

/**
 * Restores a backup beside the database, verifies it and drops it again, to prove that the backup works and how long it
 * takes. The database itself is only read, except for the row in backup_logs. Throws DatabaseToolError.
 */
export async function drill(options: RestoreOptions): Promise<DrillResult> {
  const { url, name, now = () => new Date() } = options;
  const started = now();
  return logged({ url, kind: 'drill' }, () =>
    withRestored(options, async (restored) => ({
      ...restored,
      recoverySeconds: secondsBetween(started, now()),
      lossSeconds: secondsBetween(backupTime(name) ?? started, started),
    })),
  );
}

const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1_000;
