import type { JobName } from '@valuecanvas/contracts-job-worker';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import type { StoredJob } from '../jobs/dispatch.ts';
import type { CatalogueJob } from '../kinds/job-definitions.ts';

/** Rows handled by one sweep, so that a long backlog does not delay it. */
const batchSize = 500;

/** Delays in milliseconds after which the sweeper acts. */
export interface SweepDelays {
  /** From a job's submission to its first enqueuing by the sweeper. Normally the submitter has enqueued it by then. */
  readonly untilEnqueuedMs: number;
  /** Between two attempts to enqueue the same job. The queue ignores jobs that it already has. */
  readonly betweenRemindersMs: number;
  /** Lock time of the queue. An attempt has certainly ended after its kind's timeout plus this time. */
  readonly lockMs: number;
}

export type SweepStore = ReturnType<typeof createSweepStore>;

/** Finds the jobs on which the sweeper acts. Ignores kinds that only newer replicas know. */
export function createSweepStore(
  db: Kysely<Database>,
  delays: SweepDelays,
  definitions: readonly CatalogueJob[],
) {
  return {
    /** Unfinished jobs that may be missing from the queue, oldest first. */
    findForgotten(): Promise<StoredJob[]> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction
          .selectFrom('vc_private.llm_jobs')
          .select(['id', 'type', 'priority', 'trace_context'])
          .where(
            'type',
            'in',
            definitions.map(({ name }) => name),
          )
          .where(({ or, and, eb }) =>
            or([
              eb('status', 'in', ['queued', 'delayed']),
              ...definitions.map(({ name, timeoutMs }) =>
                and([
                  eb('type', '=', name),
                  eb('status', '=', 'active'),
                  eb('started_at', '<', ago(timeoutMs + delays.lockMs)),
                ]),
              ),
            ]),
          )
          .where(({ or, and, eb }) =>
            or([
              and([eb('enqueued_at', 'is', null), eb('created_at', '<', ago(delays.untilEnqueuedMs))]),
              eb('enqueued_at', '<', ago(delays.betweenRemindersMs)),
            ]),
          )
          .orderBy('created_at')
          .limit(batchSize)
          .execute();
        return rows.map(({ id, type, priority, trace_context }) => ({
          id,
          type: type as JobName,
          priority,
          traceContext: trace_context as Record<string, string>,
        }));
      });
    },

    /** Running jobs with a requested cancellation. */
    findCancelled(): Promise<string[]> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction
          .selectFrom('vc_private.llm_jobs')
          .select('id')
          .where('status', '=', 'active')
          .where('cancel_requested_at', 'is not', null)
          .limit(batchSize)
          .execute();
        return rows.map(({ id }) => id);
      });
    },

    /** Stores a job of the platform itself. Returns false if the id is taken: another replica stored it. */
    insertScheduled(id: string, type: JobName): Promise<boolean> {
      return acrossUsers(db, async (transaction) => {
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('vc_private.llm_jobs')
          .values({ id, user_id: null, tier: null, type, payload: '{}' })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows === 1n;
      });
    },
  };
}

function ago(ms: number) {
  return sql<Date>`now() - make_interval(secs => ${ms / 1_000}::float8)`;
}
