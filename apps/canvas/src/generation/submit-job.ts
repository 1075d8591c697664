import type { canvasGeneration, canvasRefinement, canvasVariant } from '@valuecanvas/contracts-canvas';
import {
  type AcceptedJob,
  acceptedJob,
  type PayloadOf,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import { asUser, type BeforeCommit } from '@valuecanvas/postgres';
import { type Producer, traceContextOf } from '@valuecanvas/queue';
import { type Logger, type Respond, respond } from '@valuecanvas/service-kit';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../db.ts';

interface SubmittingCall {
  readonly principal: UserPrincipal;
  readonly log: Logger;
  header(name: string): string | undefined;
}

type CanvasJob = typeof canvasGeneration | typeof canvasVariant | typeof canvasRefinement;

/**
 * Submits a job of the caller, which passes the caller's `cache-control` to its model call. Runs `beforeCommit` in the
 * transaction that stores the job and returns its result.
 */
export type SubmitJob = <J extends CanvasJob, T>(
  call: SubmittingCall,
  job: J,
  payload: Omit<PayloadOf<J>, 'promptKey' | 'cacheControl'>,
  beforeCommit: BeforeCommit<Respond<202, AcceptedJob>, T>,
) => Promise<T>;

export function createSubmitJob(db: Kysely<Database>, producer: Pick<Producer, 'enqueue'>): SubmitJob {
  return async (call, job, given, beforeCommit) => {
    const id = uuidv7();
    const traceContext = traceContextOf(call);
    const payload = JSON.stringify({ ...given, cacheControl: call.header('cache-control') });
    const accepted = await asUser(db, call.principal, async (tx) => {
      await sql`select vc_private.submit_llm_job(${id}, ${job.name}, ${payload}::jsonb,
        job_trace_context => ${JSON.stringify(traceContext)}::jsonb)`.execute(tx);
      return beforeCommit(tx, respond(202, acceptedJob(id), { 'preference-applied': 'respond-async' }));
    });
    await producer
      .enqueue(job, { id, traceContext })
      .catch((err: unknown) =>
        call.log.warn({ err }, 'queue: unavailable, the sweeper will queue the stored job'),
      );
    return accepted;
  };
}
