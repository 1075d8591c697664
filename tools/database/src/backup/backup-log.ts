import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { withClient } from '../connection.ts';

/** Value of backup_logs.kind. */
export type BackupActivity = 'backup' | 'restore' | 'drill';

export interface LoggedResult {
  readonly location: string;
  readonly checksum: string;
  readonly bytes: number;
}

interface LoggedWork {
  readonly id: string;
  readonly kind: BackupActivity;
  readonly startedAt: Date;
  readonly finishedAt?: Date | null;
}

/**
 * Runs `work` and records it in backup_logs: a row `started` first, then `succeeded` or `failed` with the message. `work`
 * gets the row's ID.
 */
export async function logged<T extends LoggedResult>(
  { url, kind }: { readonly url: string; readonly kind: BackupActivity },
  work: (id: string) => Promise<T>,
): Promise<T> {
  const id = randomUUID();
  const startedAt = new Date();
  await withClient(url, (client) =>
    client.query(
      `insert into public.backup_logs (id, kind, status, started_at) values ($1, $2, 'started', $3)`,
      [id, kind, startedAt],
    ),
  );
  try {
    const result = await work(id);
    await withClient(url, (client) => recordSuccess(client, { id, kind, startedAt }, result));
    return result;
  } catch (error) {
    // The first failure counts, even if the database has become unavailable.
    await withClient(url, (client) => recordFailure(client, id, error)).catch(() => {});
    throw error;
  }
}

/**
 * Records a success whether or not the database has the row: a restored database is as old as its backup. `finishedAt` is null
 * if it is not known.
 */
export async function recordSuccess(
  client: Client,
  { id, kind, startedAt, finishedAt = new Date() }: LoggedWork,
  { location, checksum, bytes }: LoggedResult,
): Promise<void> {
  await client.query(
    `insert into public.backup_logs (id, kind, status, started_at, finished_at, location, checksum, size_bytes)
     values ($1, $2, 'succeeded', $3, $4, $5, $6, $7)
     on conflict (id) do update set status = excluded.status, finished_at = excluded.finished_at,
       location = excluded.location, checksum = excluded.checksum, size_bytes = excluded.size_bytes`,
    [id, kind, startedAt, finishedAt, location, checksum, bytes],
  );
}

/** Marks what a killed process left as failed. The caller holds the lock of this kind of work. */
export async function failInterrupted(client: Client, kind: BackupActivity): Promise<void> {
  await client.query(
    `update public.backup_logs set status = 'failed', finished_at = clock_timestamp(),
       error = 'The process ended before its work did.'
     where kind = $1 and status = 'started'`,
    [kind],
  );
}

async function recordFailure(client: Client, id: string, error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  await client.query(
    `update public.backup_logs set status = 'failed', finished_at = clock_timestamp(), error = $2 where id = $1`,
    [id, message],
  );
}
