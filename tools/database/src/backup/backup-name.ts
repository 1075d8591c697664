/** valuecanvas_backup_20261202_103000.sql.gz.age: the time of the snapshot, in UTC and without milliseconds. */
const pattern = /^valuecanvas_backup_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})\.sql\.gz\.age$/;

export function backupName(time: Date): string {
  const [, date, clock] = /^(.*)T(.*)\./.exec(time.toISOString()) ?? [];
  return `valuecanvas_backup_${date?.replaceAll('-', '')}_${clock?.replaceAll(':', '')}.sql.gz.age`;
}

/** Returns the time in a backup's name, or undefined if the file is not a backup. */
export function backupTime(name: string): Date | undefined {
  const [matched, ...parts] = pattern.exec(name) ?? [];
  if (matched === undefined) return undefined;
  const [year = 0, month = 1, day, hour, minute, second] = parts.map(Number);
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}

/** Name of the file beside a backup that holds its SHA-256 in the format of `sha256sum`. It is written last. */
export function checksumName(name: string): string {
  return `${name}.sha256`;
}

/** Returns the names of complete backups among a store's files, oldest first. */
export function completeBackups(files: readonly string[]): string[] {
  const present = new Set(files);
  return files.filter((name) => backupTime(name) && present.has(checksumName(name))).sort();
}

/**
 * Returns the files to delete: backups that are older than the retention, with their checksums, and what interrupted
 * writes left a day ago. The newest complete backup is always kept. 0 days keep all backups.
 */
export function expiredFiles(
  files: readonly string[],
  { now, retentionDays }: { readonly now: Date; readonly retentionDays: number },
): string[] {
  const newest = completeBackups(files).at(-1);
  return files.filter((file) => {
    const backup = file.replace(/\.(sha256|partial)$/, '');
    const time = backupTime(backup);
    if (time === undefined) return false;
    const ageDays = (now.getTime() - time.getTime()) / 86_400_000;
    if (file.endsWith('.partial')) return ageDays > 1;
    return retentionDays > 0 && backup !== newest && ageDays > retentionDays;
  });
}
