import type { Notification } from '@valuecanvas/contracts-core';
import type { JobStatus } from '@valuecanvas/contracts-job-worker';
import { acrossUsers, recordNotification } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';
import type { StoreEffect } from '../kinds/job-kinds.ts';

/** A worker's claim on a job. Its writes are stored only if no later claim has raised the fence. */
export interface Attempt {
  readonly jobId: string;
  /** Null for a job of the platform itself, which has no tier either. */
  readonly userId: string | null;
  readonly type: string;
  readonly payload: unknown;
  readonly tier: string | null;
  /** Counted attempts, this one included. */
  readonly number: number;
  /** Attempts whose worker was lost. They are not counted in `number`. */
  readonly lost: number;
  /** Incremented by every claim, even if its attempt was not counted. */
  readonly fence: bigint;
  /** Time of the submission, or of the latest redrive. */
  readonly submittedAt: Date;
  /** Times that the failed job was returned to the queue by an operator. */
  readonly redrives: number;
  /** Headers of the request that submitted the job. */
  readonly traceContext: unknown;
}

/** The part of a failure that is stored with the job. */
export interface FailureRecord {
  readonly code: string;
  readonly message: string;
  /** HTTP status of the failure. */
  readonly status: number;
}

/** Status of a job after the end of an attempt was stored. Undefined if a later attempt has taken over. */
type Settled = Promise<JobStatus | undefined>;

export type AttemptsStore = ReturnType<typeof createAttemptsStore>;

/**
 * `lockMs` is the lock time of the queue. An attempt that started less than half of `lockMs` ago still holds its lock, so a
 * second claim on its job comes from a duplicate in the queue.
 */
export function createAttemptsStore(db: Kysely<Database>, lockMs: number) {
  return {
    /**
     * Starts an attempt at a job of one of the given kinds. Undefined if there is nothing to do: the job has ended, is
     * cancelled, or runs in another worker.
     */
    claim(jobId: string, types: readonly string[]): Promise<Attempt | undefined> {
      return acrossUsers(db, async (transaction) => {
        await endCancelled(transaction, jobId);
        return beginAttempt(transaction, jobId, types, lockMs / 2);
      });
    },

    /** Stores the effect and ends the job, both or neither. A job that was cancelled meanwhile ends without its effect. */
    complete(attempt: Attempt, storeEffect: StoreEffect | undefined): Settled {
      return acrossUsers(db, async (transaction) => {
        const status = await settle(transaction, attempt, { status: 'completed' });
        if (status === 'completed') await storeEffect?.(transaction);
        return status;
      });
    },

    /**
     * Ends the job, or delays it until its next attempt, and stores the failure. Notifies operators, once per kind and hour, of a
     * job that failed although its submitter did nothing wrong (5xx).
     */
    fail(attempt: Attempt, status: 'failed' | 'delayed', failure: FailureRecord): Settled {
      return acrossUsers(db, async (transaction) => {
        const stored = await settle(transaction, attempt, { status, failure });
        if (stored === 'failed' && failure.status >= 500)
          await recordNotification(transaction, deadLetterOf(attempt, failure));
        return stored;
      });
    },

    /** Delays the job without counting the attempt, and stores the failure. */
    postpone(attempt: Attempt, failure: FailureRecord): Settled {
      return acrossUsers(db, (transaction) =>
        settle(transaction, attempt, { status: 'delayed', failure, uncounted: true }),
      );
    },

    /** Returns the job to the queue as if the attempt had not been made, because its worker stops. */
    release(attempt: Attempt): Settled {
      return acrossUsers(db, (transaction) =>
        settle(transaction, attempt, { status: 'queued', uncounted: true }),
      );
    },
  };
}

const hourMs = 3_600_000;

function deadLetterOf({ jobId, type, number }: Attempt, { code }: FailureRecord): Notification {
  const now = Date.now();
  const hour = new Date(Math.floor(now / hourMs) * hourMs).toISOString();
  return {
    id: uuidv7(),
    key: `jobs.dead-letter:${type}:${hour}`,
    kind: 'jobs.dead-letter',
    severity: 'warning',
    title: `A job of the kind ${type} has failed`,
    message: `Job ${jobId} has failed with ${code} and is not tried again. More jobs of this kind may follow within the hour.`,
    details: { jobId, type, code, attempts: number },
    occurredAt: new Date(now).toISOString(),
  };
}

async function endCancelled(transaction: Kysely<Database>, jobId: string): Promise<void> {
  await transaction
    .updateTable('vc_private.llm_jobs')
    .set({ status: 'cancelled', finished_at: sql`now()` })
    .where('id', '=', jobId)
    .where('status', 'in', ['queued', 'delayed', 'active'])
    .where('cancel_requested_at', 'is not', null)
    .execute();
}

/** The worker of a job that is still active was lost. The new attempt then has the number of the lost one. */
function beginAttempt(
  transaction: Kysely<Database>,
  jobId: string,
  types: readonly string[],
  freshMs: number,
): Promise<Attempt | undefined> {
  const isLost = sql<boolean>`status = 'active'`;
  return transaction
    .updateTable('vc_private.llm_jobs')
    .set({
      status: 'active',
      fence: sql`fence + 1`,
      attempts: sql`attempts + case when ${isLost} then 0 else 1 end`,
      lost_attempts: sql`lost_attempts + case when ${isLost} then 1 else 0 end`,
      started_at: sql`now()`,
    })
    .where('id', '=', jobId)
    .where('type', 'in', [...types])
    .where(({ or, and, eb }) =>
      or([
        eb('status', 'in', ['queued', 'delayed']),
        and([eb('status', '=', 'active'), eb('started_at', '<=', before(freshMs))]),
      ]),
    )
    .returning([
      'id as jobId',
      'user_id as userId',
      'type',
      'payload',
      'tier',
      'attempts as number',
      'lost_attempts as lost',
      'fence',
      sql<Date>`coalesce(redriven_at, created_at)`.as('submittedAt'),
      'redrives',
      'trace_context as traceContext',
    ])
    .executeTakeFirst();
}

interface End {
  readonly status: 'completed' | 'failed' | 'delayed' | 'queued';
  readonly failure?: FailureRecord;
  /** True if the attempt does not count. */
  readonly uncounted?: boolean;
}

/** A cancellation that arrived while the attempt ran takes precedence over the attempt's own end. */
async function settle(
  transaction: Kysely<Database>,
  attempt: Attempt,
  { status, failure, uncounted = false }: End,
): Settled {
  const cancelled = sql<boolean>`cancel_requested_at is not null`;
  const ended = status === 'completed' || status === 'failed';
  const row = await transaction
    .updateTable('vc_private.llm_jobs')
    .set({
      status: sql<JobStatus>`case when ${cancelled} then 'cancelled' else ${status} end`,
      finished_at: sql`case when ${cancelled} or ${ended} then now() end`,
      error_code: sql`case when ${cancelled} then null else ${failure?.code ?? null}::text end`,
      error_message: sql`case when ${cancelled} then null else ${failure?.message ?? null}::text end`,
      ...(status === 'completed'
        ? { progress: sql<number>`case when ${cancelled} then progress else 100 end` }
        : {}),
      ...(uncounted ? { attempts: sql<number>`attempts - 1` } : {}),
    })
    .where('id', '=', attempt.jobId)
    .where('fence', '=', attempt.fence)
    .where('status', '=', 'active')
    .returning('status')
    .executeTakeFirst();
  return row?.status;
}

function before(ms: number) {
  return sql<Date>`now() - make_interval(secs => ${ms / 1_000}::float8)`;
}
