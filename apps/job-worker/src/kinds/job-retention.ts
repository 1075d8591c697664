import { jobCatalogue } from '@valuecanvas/contracts-job-worker';
import { acrossUsers } from '@valuecanvas/postgres';
import type { Logger } from '@valuecanvas/service-kit';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import type { JobKinds } from './job-kinds.ts';

/** Maximum number of rows per statement, so that no statement holds its locks for long. */
const batchSize = 1_000;

/** Deletes finished jobs of every kind once their retention is over, and with them their results. */
export function createJobRetention(db: Kysely<Database>, log: Logger): JobKinds['job_retention'] {
  return async (_payload, { signal }) => {
    for (const { name, retentionDays } of Object.values(jobCatalogue)) {
      let deleted = 0;
      let batch: number;
      do {
        signal.throwIfAborted();
        batch = await deleteExpired(db, name, retentionDays);
        deleted += batch;
      } while (batch === batchSize);
      if (deleted > 0) log.info({ job: name, deleted }, 'retention: finished jobs deleted');
    }
    return undefined;
  };
}

/** Skips rows that another run is deleting. */
async function deleteExpired(db: Kysely<Database>, name: string, retentionDays: number): Promise<number> {
  const { numAffectedRows = 0n } = await acrossUsers(db, (transaction) =>
    sql`
      delete from vc_private.llm_jobs where id in (
        select id from vc_private.llm_jobs
        where type = ${name} and finished_at < now() - make_interval(days => ${retentionDays}::integer)
        order by finished_at
        limit ${batchSize}
        for update skip locked
      )`.execute(transaction),
  );
  return Number(numAffectedRows);
}
