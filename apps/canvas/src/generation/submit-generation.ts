import { canvasGeneration, type GenerateCanvasRequest } from '@valuecanvas/contracts-canvas';
import { type AcceptedJob, acceptedJob, type UserPrincipal } from '@valuecanvas/contracts-core';
import { asUser, type BeforeCommit } from '@valuecanvas/postgres';
import { type Producer, traceContextOf } from '@valuecanvas/queue';
import { type Logger, type Respond, respond } from '@valuecanvas/service-kit';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { wordsOf } from '../canvases/canvas-content.ts';
import type { Database } from '../db.ts';

interface SubmittingCall {
  readonly principal: UserPrincipal;
  readonly log: Logger;
  header(name: string): string | undefined;
}

/**
 * Submits a job that generates a canvas for the caller. Runs `beforeCommit` in the transaction that stores the job and
 * returns its result.
 */
export type SubmitGeneration = <T>(
  call: SubmittingCall,
  request: GenerateCanvasRequest,
  beforeCommit: BeforeCommit<Respond<202, AcceptedJob>, T>,
) => Promise<T>;

export function createSubmitGeneration(
  db: Kysely<Database>,
  producer: Pick<Producer, 'enqueue'>,
): SubmitGeneration {
  return async (call, { model, ...given }, beforeCommit) => {
    const id = uuidv7();
    const traceContext = traceContextOf(call);
    const cacheControl = call.header('cache-control');
    const payload = {
      promptVariables: wordsOf(given),
      ...(model === undefined ? {} : { model }),
      ...(cacheControl === undefined ? {} : { cacheControl }),
    };
    const accepted = await asUser(db, call.principal, async (tx) => {
      await sql`select vc_private.submit_llm_job(${id}, ${canvasGeneration.name}, ${JSON.stringify(payload)}::jsonb,
        job_trace_context => ${JSON.stringify(traceContext)}::jsonb)`.execute(tx);
      return beforeCommit(tx, respond(202, acceptedJob(id), { 'preference-applied': 'respond-async' }));
    });
    await producer
      .enqueue(canvasGeneration, { id, traceContext })
      .catch((err: unknown) =>
        call.log.warn({ err }, 'queue: unavailable, the sweeper will queue the stored job'),
      );
    return accepted;
  };
}
