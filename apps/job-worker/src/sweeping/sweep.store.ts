import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import type { StoredJob } from '../jobs/dispatch.ts';

/** Rows handled by one sweep, so that a long backlog does not hold one up. */
const batchSize = 500;

/** How long things may take before the sweeper steps in: milliseconds. */
export interface SweepPatience {
  /** Between a job's storing and its first enqueuing, which its submitter does. */
  readonly untilEnqueued: number;
  /** Between two reminders of the queue, which ignores those of jobs that it knows. */
  readonly betweenReminders: number;
  /** After which an attempt has certainly ended, whatever became of its worker. */
  readonly attempt: number;
}

export type SweepStore = ReturnType<typeof createSweepStore>;

export function createSweepStore(db: Kysely<Database>, patience: SweepPatience) {
  return {
    /** Unfinished jobs of which the queue may know nothing, oldest first. */
    findForgotten(): Promise<StoredJob[]> {
      return acrossUsers(db, async (transaction) => {
        const rows = await transaction
          .selectFrom('vc_private.llm_jobs')
          .select(['id', 'priority', 'trace_context'])
          .where(({ or, and, eb }) =>
            or([
              eb('status', 'in', ['queued', 'delayed']),
              and([eb('status', '=', 'active'), eb('started_at', '<', ago(patience.attempt))]),
            ]),
          )
          .where(({ or, and, eb }) =>
            or([
              and([eb('enqueued_at', 'is', null), eb('created_at', '<', ago(patience.untilEnqueued))]),
              eb('enqueued_at', '<', ago(patience.betweenReminders)),
            ]),
          )
          .orderBy('created_at')
          .limit(batchSize)
          .execute();
        return rows.map(({ id, priority, trace_context }) => ({
          id,
          priority,
          traceContext: trace_context as Record<string, string>,
        }));
      });
    },

    /** Jobs at work that are to be cancelled. */
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
  };
}

function ago(ms: number) {
  return sql<Date>`now() - make_interval(secs => ${ms / 1_000}::float8)`;
}
