import type { ListPage, PageRequest, UserPrincipal } from '@valuecanvas/contracts-core';
import { type JobStatus, type JobType, jobTypes } from '@valuecanvas/contracts-job-worker';
import { acrossUsers, asUser, listOrder, selectPage, type Transaction } from '@valuecanvas/postgres';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, LlmJobResultsTable, LlmJobsTable } from '../db.ts';

export type JobRow = Selectable<LlmJobsTable> & { readonly type: JobType };
export type JobResultRow = Selectable<LlmJobResultsTable> & { readonly type: JobType };

export interface NewJob {
  readonly id: string;
  readonly type: JobType;
  readonly payload: object;
  readonly priority: number;
  readonly metadata: object;
  readonly traceContext: Readonly<Record<string, string>>;
}

/** A job after a request to cancel it. `stopped` is false if it had already ended. */
export interface Cancellation {
  readonly job: JobRow;
  readonly stopped: boolean;
}

/** Rows of the jobs that users submit, as their owners may see and change them. */
export type JobsStore = ReturnType<typeof createJobsStore>;

/** Ids are UUIDv7, so their order is that of submission. */
const newestFirst = listOrder('desc', { id: 'uuid' });

export function createJobsStore(db: Kysely<Database>) {
  return {
    /** Inserts all of the jobs or none, then runs `beforeCommit` in the same transaction and returns its result. */
    insert<T>(
      owner: UserPrincipal,
      jobs: readonly NewJob[],
      batchId: string | null,
      beforeCommit: (transaction: Transaction) => Promise<T>,
    ): Promise<T> {
      return asUser(db, owner, async (transaction) => {
        await transaction
          .insertInto('vc_private.llm_jobs')
          .values(jobs.map((job) => toRow(owner, job, batchId)))
          .execute();
        return beforeCommit(transaction);
      });
    },

    list(owner: UserPrincipal, page: PageRequest): Promise<ListPage<JobRow>> {
      return asUser(db, owner, (transaction) =>
        selectPage(
          transaction
            .selectFrom('vc_private.llm_jobs')
            .selectAll()
            .where('user_id', '=', owner.userId)
            .where('type', 'in', [...jobTypes])
            .$castTo<JobRow>(),
          newestFirst,
          page,
        ),
      );
    },

    find(owner: UserPrincipal, id: string): Promise<JobRow | undefined> {
      return asUser(db, owner, (transaction) => selectOwn(transaction, owner, id));
    },

    findResult(owner: UserPrincipal, id: string): Promise<JobResultRow | undefined> {
      return asUser(db, owner, (transaction) =>
        transaction
          .selectFrom('llm_job_results')
          .selectAll()
          .where('job_id', '=', id)
          .where('user_id', '=', owner.userId)
          .where('type', 'in', [...jobTypes])
          .$castTo<JobResultRow>()
          .executeTakeFirst(),
      );
    },

    /** Cancels a waiting job, and marks a running one for its worker to end. Undefined if there is no such job. */
    cancel(owner: UserPrincipal, id: string): Promise<Cancellation | undefined> {
      return asUser(db, owner, async (transaction) => {
        const stopped = await cancelUnfinished(transaction, { id, userId: owner.userId });
        const job = await selectOwn(transaction, owner, id);
        return job && { job, stopped: stopped.length > 0 };
      });
    },

    /** Returns the jobs of a batch in the order of their submission. */
    findBatch(owner: UserPrincipal, batchId: string): Promise<JobRow[]> {
      return asUser(db, owner, (transaction) => selectBatch(transaction, owner, batchId));
    },

    /** Cancels the unfinished jobs of a batch as `cancel` does. Returns those, and all jobs of the batch. */
    cancelBatch(
      owner: UserPrincipal,
      batchId: string,
    ): Promise<{ readonly stopped: readonly Selectable<LlmJobsTable>[]; readonly jobs: readonly JobRow[] }> {
      return asUser(db, owner, async (transaction) => {
        const stopped = await cancelUnfinished(transaction, { batchId, userId: owner.userId });
        return { stopped, jobs: await selectBatch(transaction, owner, batchId) };
      });
    },

    /** Returns a text for each of the jobs that differs when the job has changed. */
    readStates(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction
          .selectFrom('vc_private.llm_jobs')
          .select(['id', 'fence', 'status', 'progress'])
          .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
          .execute();
        return new Map(rows.map(({ id, fence, status, progress }) => [id, `${fence} ${status} ${progress}`]));
      });
    },

    /** Records that the jobs are in the queue. */
    markEnqueued(ids: readonly string[]): Promise<void> {
      return acrossUsers(db, async (transaction) => {
        await transaction
          .updateTable('vc_private.llm_jobs')
          .set({ enqueued_at: sql`now()` })
          .where('id', 'in', [...ids])
          .execute();
      });
    },
  };
}

function toRow(owner: UserPrincipal, job: NewJob, batchId: string | null) {
  return {
    id: job.id,
    user_id: owner.userId,
    batch_id: batchId,
    type: job.type,
    payload: JSON.stringify(job.payload),
    tier: owner.tier,
    priority: job.priority,
    metadata: JSON.stringify(job.metadata),
    trace_context: JSON.stringify(job.traceContext),
  };
}

function selectOwn(
  transaction: Kysely<Database>,
  owner: UserPrincipal,
  id: string,
): Promise<JobRow | undefined> {
  return transaction
    .selectFrom('vc_private.llm_jobs')
    .selectAll()
    .where('id', '=', id)
    .where('user_id', '=', owner.userId)
    .where('type', 'in', [...jobTypes])
    .$castTo<JobRow>()
    .executeTakeFirst();
}

function selectBatch(
  transaction: Kysely<Database>,
  owner: UserPrincipal,
  batchId: string,
): Promise<JobRow[]> {
  return transaction
    .selectFrom('vc_private.llm_jobs')
    .selectAll()
    .where('batch_id', '=', batchId)
    .where('user_id', '=', owner.userId)
    .where('type', 'in', [...jobTypes])
    .orderBy('id')
    .$castTo<JobRow>()
    .execute();
}

/**
 * Cancels waiting jobs, and marks running ones for their workers to end. With `userId`, only jobs that this user has submitted.
 * Returns the jobs that had not ended.
 */
export function cancelUnfinished(
  transaction: Kysely<Database>,
  {
    userId,
    ...which
  }: { readonly userId?: string } & ({ readonly id: string } | { readonly batchId: string }),
): Promise<Selectable<LlmJobsTable>[]> {
  const atWork = sql<boolean>`status = 'active'`;
  const query = transaction
    .updateTable('vc_private.llm_jobs')
    .set({
      status: sql<JobStatus>`case when ${atWork} then status else 'cancelled' end`,
      finished_at: sql`case when ${atWork} then finished_at else now() end`,
      cancel_requested_at: sql`coalesce(cancel_requested_at, now())`,
    })
    .where(({ eb }) => ('id' in which ? eb('id', '=', which.id) : eb('batch_id', '=', which.batchId)))
    .where('status', 'in', ['queued', 'delayed', 'active']);
  const own =
    userId === undefined ? query : query.where('user_id', '=', userId).where('type', 'in', [...jobTypes]);
  return own.returningAll().execute();
}
