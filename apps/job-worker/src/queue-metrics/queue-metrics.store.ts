import { jobCatalogue, jobTypes, type QueueMetrics } from '@valuecanvas/contracts-job-worker';
import { acrossUsers } from '@valuecanvas/postgres';
import { type Kysely, sql } from 'kysely';
import type { Database } from '../db.ts';

/** Minutes over which the rate of finished jobs is averaged. */
const rateMinutes = 5;

/** Unfinished jobs of one kind. */
export interface Backlog {
  readonly job: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly oldestWaitingMs: number;
}

/** Figures of all users' jobs, computed from their rows: Redis may have lost some. */
export type QueueMetricsStore = ReturnType<typeof createQueueMetricsStore>;

export function createQueueMetricsStore(db: Kysely<Database>) {
  return {
    /** The backlog of each kind of the catalogue, empty ones included. */
    readBacklogs(): Promise<Backlog[]> {
      return acrossUsers(db, readBacklogs);
    },

    /** Returns the end of the newest successful backup; undefined if there is none. */
    async lastBackup(): Promise<Date | undefined> {
      const { rows } = await sql<{ at: Date | null }>`select vc_private.last_backup_at() as at`.execute(db);
      return rows[0]?.at ?? undefined;
    },

    /** The public figures: jobs of users, without the platform's own. */
    read(): Promise<QueueMetrics> {
      return acrossUsers(db, async (transaction) => {
        const backlogs = await readBacklogs(transaction);
        const users = backlogs.filter(({ job }) => jobTypes.some((type) => type === job));
        const sum = (state: 'waiting' | 'active' | 'delayed') =>
          users.reduce((total, backlog) => total + backlog[state], 0);
        const [waiting, active, delayed] = [sum('waiting'), sum('active'), sum('delayed')];
        return {
          ...(await readFinished(transaction)),
          waiting,
          active,
          delayed,
          queueDepth: waiting + active + delayed,
          oldestWaitingMs: Math.max(0, ...users.map(({ oldestWaitingMs }) => oldestWaitingMs)),
        };
      });
    },
  };
}

async function readBacklogs(transaction: Kysely<Database>): Promise<Backlog[]> {
  const { rows } = await sql<{ type: string } & Record<'waiting' | 'active' | 'delayed' | 'oldest', unknown>>`
    select
      type,
      count(*) filter (where status = 'queued') as waiting,
      count(*) filter (where status = 'active') as active,
      count(*) filter (where status = 'delayed') as delayed,
      coalesce(
        extract(epoch from now() - min(created_at) filter (where status = 'queued')) * 1000, 0
      )::float8 as oldest
    from vc_private.llm_jobs
    where status in ('queued', 'active', 'delayed')
    group by type`.execute(transaction);
  const byType = new Map(rows.map((row) => [row.type, row]));
  return Object.keys(jobCatalogue).map((job) => {
    const row = byType.get(job);
    return {
      job,
      waiting: Number(row?.waiting ?? 0),
      active: Number(row?.active ?? 0),
      delayed: Number(row?.delayed ?? 0),
      oldestWaitingMs: Math.max(0, Number(row?.oldest ?? 0)),
    };
  });
}

async function readFinished(transaction: Kysely<Database>) {
  const { rows } = await sql<Record<'completed' | 'failed' | 'recent', unknown>>`
    select
      count(*) filter (where status = 'completed') as completed,
      count(*) filter (where status = 'failed') as failed,
      count(*) filter (where finished_at > now() - make_interval(mins => ${rateMinutes})) as recent
    from vc_private.llm_jobs
    where finished_at > now() - interval '24 hours'
      and status in ('completed', 'failed')
      and type in (${sql.join(jobTypes)})`.execute(transaction);
  const [row] = rows;
  return {
    completed: Number(row?.completed),
    failed: Number(row?.failed),
    processingRate: Number(row?.recent) / rateMinutes,
  };
}
