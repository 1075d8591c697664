import type { Notification } from '@valuecanvas/contracts-core';
import { v7 as uuidv7 } from 'uuid';

const hourMs = 3_600_000;

/** Age in hours from which the newest backup is overdue: backups run daily. The alert BackupOverdue has the same limit. */
const maximumHours = 25;

/** Creates the check that notifies operators, once per UTC day, while no backup has succeeded within 25 hours. */
export function createBackupCheck(parts: {
  readonly lastBackup: () => Promise<Date | undefined>;
  readonly record: (notification: Notification) => Promise<void>;
  readonly now: () => number;
}): () => Promise<void> {
  const { lastBackup, record, now } = parts;
  return async () => {
    const last = await lastBackup();
    const at = new Date(now());
    if (last && at.getTime() - last.getTime() <= maximumHours * hourMs) return;
    await record({
      id: uuidv7(),
      key: `backup.overdue:${at.toISOString().slice(0, 10)}`,
      kind: 'backup.overdue',
      severity: 'critical',
      title: 'The backup is overdue',
      message: last
        ? `The newest successful backup ended at ${last.toISOString()}, more than ${maximumHours} hours ago.`
        : 'No backup has ever succeeded.',
      details: last ? { lastBackupAt: last.toISOString() } : {},
      occurredAt: at.toISOString(),
    });
  };
}
