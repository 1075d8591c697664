import type { AuditFact, ListPage, PageRequest } from '@valuecanvas/contracts-core';
import { type JobName, type JobStatus, maxRedrivenJobs } from '@valuecanvas/contracts-job-worker';
import { acrossUsers, listOrder, recordAudit, selectPage } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, LlmJobsTable } from '../db.ts';
import type { StoredJob } from '../jobs/dispatch.ts';
import { cancelUnfinished } from '../jobs/jobs.store.ts';

export type AnyJobRow = Selectable<LlmJobsTable> & { readonly cost_nanos: bigint | null };

export interface JobFilter {
  readonly status?: JobStatus | undefined;
  readonly type?: string | undefined;
  readonly userId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly redriveId?: string | undefined;
  readonly errorCode?: string | undefined;
}

/** Selects failed jobs. */
export interface FailedJobFilter {
  readonly jobIds?: readonly string[] | undefined;
  readonly type?: string | undefined;
  readonly userId?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly failedFrom?: string | undefined;
  readonly failedTo?: string | undefined;
}

/** The jobs that a redrive concerns. `chosen` are at most `maxRedrivenJobs`, the oldest failures first. */
export interface ChosenJobs {
  readonly chosen: readonly (StoredJob & { readonly createdAt: Date })[];
  /** Number of selected jobs, chosen or not. */
  readonly selected: number;
  readonly estimatedCostNanos: bigint;
}

/** Rows of all users' jobs, for operators. */
export type AdminJobsStore = ReturnType<typeof createAdminJobsStore>;

/** The ids of the platform's own jobs are not in the order of their submission. */
const newestFirst = listOrder('desc', { created_at: 'timestamptz', id: 'uuid' });

export function createAdminJobsStore(db: Kysely<Database>) {
  return {
    list(filter: JobFilter, page: PageRequest): Promise<ListPage<AnyJobRow>> {
      return acrossUsers(db, (transaction) => {
        const { status, type, userId, batchId, redriveId, errorCode } = filter;
        let query = anyJobs(transaction);
        if (status !== undefined) query = query.where('status', '=', status);
        if (type !== undefined) query = query.where('type', '=', type);
        if (userId !== undefined) query = query.where('user_id', '=', userId);
        if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
        if (redriveId !== undefined) query = query.where('redrive_id', '=', redriveId);
        if (errorCode !== undefined) query = query.where('error_code', '=', errorCode);
        return selectPage(query, newestFirst, page);
      });
    },

    find(id: string): Promise<AnyJobRow | undefined> {
      return acrossUsers(db, (transaction) => anyJobs(transaction).where('id', '=', id).executeTakeFirst());
    },

    /** Cancels a waiting job, and marks a running one for its worker to end. Undefined if the job has ended or does not exist. */
    cancel(id: string, factOf: (job: AnyJobRow) => AuditFact): Promise<AnyJobRow | undefined> {
      return acrossUsers(db, async (transaction) => {
        const [cancelled] = await cancelUnfinished(transaction, { id });
        if (!cancelled) return undefined;
        const job = { ...cancelled, cost_nanos: null };
        await recordAudit(transaction, factOf(job));
        return job;
      });
    },

    /** Returns the jobs that `redrive` would concern. */
    chooseFailed(filter: FailedJobFilter): Promise<ChosenJobs> {
      return acrossUsers(db, (transaction) => choose(transaction, filter));
    },

    /** Makes failed jobs wait for a worker again, with all of their attempts. Jobs that another redrive has locked are left out. */
    redrive(
      redriveId: string,
      filter: FailedJobFilter,
      factOf: (jobs: ChosenJobs) => AuditFact,
    ): Promise<ChosenJobs> {
      return acrossUsers(db, async (transaction) => {
        const jobs = await choose(transaction, filter);
        if (jobs.chosen.length === 0) return jobs;
        await transaction
          .updateTable('vc_private.llm_jobs')
          .set({
            status: 'queued',
            attempts: 0,
            lost_attempts: 0,
            progress: 0,
            finished_at: null,
            started_at: null,
            enqueued_at: null,
            redrives: sql`redrives + 1`,
            redrive_id: redriveId,
            redriven_at: sql`now()`,
          })
          .where(
            'id',
            'in',
            jobs.chosen.map(({ id }) => id),
          )
          .execute();
        await recordAudit(transaction, factOf(jobs));
        return jobs;
      });
    },
  };
}

function anyJobs(transaction: Kysely<Database>) {
  return transaction
    .selectFrom('vc_private.llm_jobs')
    .selectAll()
    .select(({ selectFrom }) =>
      selectFrom('llm_job_results')
        .select('llm_job_results.cost_nanos')
        .whereRef('llm_job_results.job_id', '=', 'vc_private.llm_jobs.id')
        .as('cost_nanos'),
    );
}

/** Locks the chosen jobs. */
async function choose(transaction: Kysely<Database>, filter: FailedJobFilter): Promise<ChosenJobs> {
  const failed = failedJobs(transaction, filter);
  const rows = await failed
    .select(['id', 'type', 'priority', 'trace_context', 'created_at'])
    .orderBy('finished_at')
    .orderBy('id')
    .limit(maxRedrivenJobs)
    .forUpdate()
    .skipLocked()
    .execute();
  const { selected } = await failed
    .select(({ fn }) => fn.countAll<bigint>().as('selected'))
    .executeTakeFirstOrThrow();
  const chosen = rows.map(({ id, type, priority, trace_context, created_at }) => ({
    id,
    type: type as JobName,
    priority,
    traceContext: trace_context as Record<string, string>,
    createdAt: created_at,
  }));
  return { chosen, selected: Number(selected), estimatedCostNanos: await estimate(transaction, chosen) };
}

function failedJobs(transaction: Kysely<Database>, filter: FailedJobFilter) {
  const { jobIds, type, userId, errorCode, failedFrom, failedTo } = filter;
  let query = transaction.selectFrom('vc_private.llm_jobs').where('status', '=', 'failed');
  if (jobIds !== undefined) query = query.where('id', 'in', [...jobIds]);
  if (type !== undefined) query = query.where('type', '=', type);
  if (userId !== undefined) query = query.where('user_id', '=', userId);
  if (errorCode !== undefined) query = query.where('error_code', '=', errorCode);
  if (failedFrom !== undefined) query = query.where('finished_at', '>=', new Date(failedFrom));
  if (failedTo !== undefined) query = query.where('finished_at', '<', new Date(failedTo));
  return query;
}

/** Returns the sum of the average costs of the jobs' kinds in the last seven days. */
async function estimate(
  transaction: Kysely<Database>,
  jobs: readonly { readonly type: string }[],
): Promise<bigint> {
  const counts = new Map<string, number>();
  for (const { type } of jobs) counts.set(type, (counts.get(type) ?? 0) + 1);
  if (counts.size === 0) return 0n;
  const averages = await transaction
    .selectFrom('llm_job_results')
    .select(['type', sql<string>`ceil(avg(cost_nanos))::bigint`.as('nanos')])
    .where('type', 'in', [...counts.keys()])
    .where('created_at', '>', sql<Date>`now() - interval '7 days'`)
    .groupBy('type')
    .execute();
  return averages.reduce((sum, { type, nanos }) => sum + BigInt(nanos) * BigInt(counts.get(type) ?? 0), 0n);
}
