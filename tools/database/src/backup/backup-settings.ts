import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { DatabaseToolError } from '../database-tool-error.ts';
import { backupTime, completeBackups } from './backup-name.ts';
import { type BackupStore, folderStore } from './backup-store.ts';
import { type BackupKeys, recipientOf } from './encryption.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Beginning of the keys of backups in S3_BUCKET_NAME. */
const s3Prefix = 'backups/';

/** Returns the store of new backups: the bucket S3_BUCKET_NAME if it is set, else the folder BACKUP_DIR. */
export async function backupStore(env: Environment): Promise<BackupStore> {
  if (env.S3_BUCKET_NAME) return bucketStore(env, { bucket: env.S3_BUCKET_NAME, prefix: s3Prefix });
  return folderStore(resolve(env.BACKUP_DIR || 'backups'));
}

async function bucketStore(
  env: Environment,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<BackupStore> {
  if (!env.AWS_REGION) {
    throw new DatabaseToolError(
      'AWS_REGION is not set: set it to the region of the bucket. For a server without regions, us-east-1 will do.',
    );
  }
  const endpoint = env.S3_ENDPOINT || undefined;
  if (endpoint !== undefined && !URL.canParse(endpoint)) {
    throw new DatabaseToolError('S3_ENDPOINT is not a URL: it must look like https://s3.example.com.');
  }
  // Only commands that use a bucket load the SDK.
  const { s3Store } = await import('./s3-store.ts');
  const pathStyle = endpoint !== undefined || Boolean(env.AWS_ENDPOINT_URL_S3);
  return s3Store({ bucket, prefix, region: env.AWS_REGION, endpoint, pathStyle });
}

/** Returns the keys. Throws DatabaseToolError if there are none to encrypt with, or the secret key is not one. */
export async function backupKeys(env: Environment): Promise<BackupKeys> {
  const identity = env.BACKUP_ENCRYPTION_KEY || undefined;
  const listed = (env.BACKUP_RECIPIENTS ?? '').split(',').map((key) => key.trim());
  const recipients = listed.filter((key) => key !== '');
  if (recipients.length > 0) return { recipients, identity };
  if (identity) return { recipients: [await recipientOf(identity)], identity };
  throw new DatabaseToolError(
    'A backup is encrypted, and BACKUP_ENCRYPTION_KEY is not set. Create a key with npm run db:backup -- --new-key, and keep a copy apart from the backups.',
  );
}

/** Returns BACKUP_RETENTION_DAYS. */
export function retentionDays(env: Environment): number {
  const text = env.BACKUP_RETENTION_DAYS || '90';
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new DatabaseToolError('BACKUP_RETENTION_DAYS must be a whole number of days. 0 keeps all backups.');
}

export interface ChosenBackup {
  readonly store: BackupStore;
  readonly name: string;
}

/**
 * Finds a backup by what a person types: `latest`, a path, an s3:// address, or a name in the store. Relative paths start at
 * `folder`. Throws DatabaseToolError if there is none.
 */
export async function chooseBackup(env: Environment, given: string, folder: string): Promise<ChosenBackup> {
  if (given === 'latest') {
    const store = await backupStore(env);
    return { store, name: await latest(store) };
  }
  const name = basename(given);
  if (backupTime(name) === undefined) {
    throw new DatabaseToolError(
      `${given} is not the name of a backup. Name a file valuecanvas_backup_<date>_<time>.sql.gz.age, or latest.`,
    );
  }
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/(.*\/)?[^/]+$/.exec(given) ?? [];
  if (bucket !== undefined) return { store: await bucketStore(env, { bucket, prefix }), name };
  const path = resolve(folder, given);
  return { store: existsSync(path) ? folderStore(dirname(path)) : await backupStore(env), name };
}

async function latest(store: BackupStore): Promise<string> {
  const newest = completeBackups(await store.list()).at(-1);
  if (newest !== undefined) return newest;
  throw new DatabaseToolError(`There is no backup in ${store.address('')}. Make one with npm run db:backup.`);
}
