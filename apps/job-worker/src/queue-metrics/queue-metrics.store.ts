import type { QueueMetrics } from '@valuecanvas/contracts-job-worker';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';

/** Minutes over which the rate of finished jobs is taken. */
const rateMinutes = 5;

/** Figures of all users' jobs, from their rows: Redis knows only what it has not lost. */
export type QueueMetricsStore = ReturnType<typeof createQueueMetricsStore>;

export function createQueueMetricsStore(db: Kysely<Database>) {
  return {
    read(): Promise<QueueMetrics> {
      return acrossUsers(db, async (transaction) => {
        const unfinished = await readUnfinished(transaction);
        const finished = await readFinished(transaction);
        const { waiting, active, delayed } = unfinished;
        return { ...unfinished, ...finished, queueDepth: waiting + active + delayed };
      });
    },
  };
}

async function readUnfinished(transaction: Kysely<Database>) {
  const { rows } = await sql<Record<'waiting' | 'active' | 'delayed' | 'oldest_waiting_ms', unknown>>`
    select
      count(*) filter (where status = 'queued') as waiting,
      count(*) filter (where status = 'active') as active,
      count(*) filter (where status = 'delayed') as delayed,
      coalesce(
        extract(epoch from now() - min(created_at) filter (where status = 'queued')) * 1000, 0
      )::float8 as oldest_waiting_ms
    from vc_private.llm_jobs
    where status in ('queued', 'active', 'delayed')`.execute(transaction);
  const [row] = rows;
  return {
    waiting: Number(row?.waiting),
    active: Number(row?.active),
    delayed: Number(row?.delayed),
    oldestWaitingMs: Math.max(0, Number(row?.oldest_waiting_ms)),
  };
}

async function readFinished(transaction: Kysely<Database>) {
  const { rows } = await sql<Record<'completed' | 'failed' | 'recent', unknown>>`
    select
      count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'failed') as failed,
      count(*) filter (where finished_at > now() - make_interval(mins => ${rateMinutes})) as recent
    from vc_private.llm_jobs
    where finished_at > now() - interval '24 hours' and status in ('completed', 'failed')`.execute(
    transaction,
  );
  const [row] = rows;
  return {
    completed: Number(row?.completed),
    failed: Number(row?.failed),
    processingRate: Number(row?.recent) / rateMinutes,
  };
}
