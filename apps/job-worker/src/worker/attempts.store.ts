import type { JobStatus, JobType } from '@valuecanvas/contracts-job-worker';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';
import type { JobOutcome } from './perform.ts';

/** One worker's hold on a job: what it writes counts only while nobody has raised the fence further. */
export interface Attempt {
  readonly jobId: string;
  readonly userId: string;
  readonly type: JobType;
  readonly payload: unknown;
  readonly tier: string;
  /** Attempts begun, this one included. */
  readonly number: number;
  readonly fence: bigint;
}

/** What is kept of a failure with the job. */
export interface FailureRecord {
  readonly code: string;
  readonly message: string;
}

/** Where a job stands after an attempt's end was written down; undefined where another attempt has taken over. */
type Settled = Promise<JobStatus | undefined>;

export type AttemptsStore = ReturnType<typeof createAttemptsStore>;

/**
 * `lockMs` is the queue's own: an attempt that began less than half of that ago has certainly not lost its lock, so
 * whoever claims its job has been told of it twice.
 */
export function createAttemptsStore(db: Kysely<Database>, lockMs: number) {
  return {
    /** Begins an attempt; undefined where there is nothing to do: ended, cancelled, or in another worker's hands. */
    claim(jobId: string): Promise<Attempt | undefined> {
      return acrossUsers(db, async (transaction) => {
        await endCancelled(transaction, jobId);
        return beginAttempt(transaction, jobId, lockMs / 2);
      });
    },

    /** Stores the result and ends the job, both or neither. A job that was cancelled meanwhile ends without a result. */
    complete(attempt: Attempt, outcome: JobOutcome): Settled {
      return acrossUsers(db, async (transaction) => {
        const status = await settle(transaction, attempt, { status: 'completed' });
        if (status === 'completed') await storeResult(transaction, attempt, outcome);
        return status;
      });
    },

    /** Ends the job, or has it wait for its next attempt, with the failure on record. */
    fail(attempt: Attempt, status: 'failed' | 'delayed', failure: FailureRecord): Settled {
      return acrossUsers(db, (transaction) => settle(transaction, attempt, { status, failure }));
    },

    /** Gives the job back as if the attempt had not been made: its worker must stop. */
    release(attempt: Attempt): Settled {
      return acrossUsers(db, (transaction) => settle(transaction, attempt, { status: 'queued' }));
    },
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

function beginAttempt(
  transaction: Kysely<Database>,
  jobId: string,
  freshMs: number,
): Promise<Attempt | undefined> {
  return transaction
    .updateTable('vc_private.llm_jobs')
    .set({
      status: 'active',
      fence: sql`fence + 1`,
      attempts: sql`attempts + 1`,
      started_at: sql`now()`,
    })
    .where('id', '=', jobId)
    .where(({ or, and, eb }) =>
      or([
        eb('status', 'in', ['queued', 'delayed']),
        and([eb('status', '=', 'active'), eb('started_at', '<=', before(freshMs))]),
      ]),
    )
    .returning(['id as jobId', 'user_id as userId', 'type', 'payload', 'tier', 'attempts as number', 'fence'])
    .executeTakeFirst();
}

interface End {
  readonly status: 'completed' | 'failed' | 'delayed' | 'queued';
  readonly failure?: FailureRecord;
}

/** A cancellation that came while the attempt ran wins over however the attempt ended. */
async function settle(transaction: Kysely<Database>, attempt: Attempt, { status, failure }: End): Settled {
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
      ...(status === 'queued' ? { attempts: sql<number>`attempts - 1` } : {}),
    })
    .where('id', '=', attempt.jobId)
    .where('fence', '=', attempt.fence)
    .where('status', '=', 'active')
    .returning('status')
    .executeTakeFirst();
  return row?.status;
}

async function storeResult(
  transaction: Kysely<Database>,
  attempt: Attempt,
  outcome: JobOutcome,
): Promise<void> {
  await transaction
    .insertInto('llm_job_results')
    .values({
      job_id: attempt.jobId,
      user_id: attempt.userId,
      type: attempt.type,
      content: outcome.content,
      canvas_id: outcome.canvasId ?? null,
      provider: outcome.provider,
      model: outcome.model,
      prompt_tokens: outcome.usage.promptTokens,
      completion_tokens: outcome.usage.completionTokens,
      cached_tokens: outcome.usage.cachedTokens,
      cost_nanos: BigInt(outcome.costNanos),
      latency_ms: Math.round(outcome.latency),
      cached: outcome.cached,
    })
    .onConflict((conflict) => conflict.column('job_id').doNothing())
    .execute();
}

function before(ms: number) {
  return sql<Date>`now() - make_interval(secs => ${ms / 1_000}::float8)`;
}
