import {
  AppError,
  type AuditedCall,
  type AuditFacts,
  headers,
  type ListPage,
  mapPage,
  type PageRequest,
} from '@valuecanvas/contracts-core';
import {
  type AdminJob,
  maxRedrivenJobs,
  type Redrive,
  type RedriveRequest,
} from '@valuecanvas/contracts-job-worker';
import { toDollars } from '@valuecanvas/money';
import type { Logger } from '@valuecanvas/service-kit';
import type { Dispatch } from '../jobs/dispatch.ts';
import type { TakeBack } from '../jobs/take-back.ts';
import type { AdminJobsStore, AnyJobRow, ChosenJobs, JobFilter } from './admin-jobs.store.ts';

/** The jobs of all users and of the platform, for operators. */
export interface AdminJobsService {
  list(filter: JobFilter, page: PageRequest): Promise<ListPage<AdminJob>>;
  /** Throws NOT_FOUND, as does `cancel`. */
  get(jobId: string): Promise<AdminJob>;
  /** Throws CONFLICT if the job has ended. */
  cancel(call: AuditedCall, jobId: string): Promise<AdminJob>;
  redrive(call: AuditedCall, request: RedriveRequest): Promise<Redrive>;
}

export function createAdminJobsService(parts: {
  readonly store: AdminJobsStore;
  readonly dispatch: Dispatch;
  readonly takeBack: TakeBack;
  /** Tells the watchers of a job that it has changed. */
  readonly announce: (jobId: string) => void;
  readonly factOf: AuditFacts;
  readonly newId: () => string;
  readonly log: Logger;
}): AdminJobsService {
  const { store, dispatch, takeBack, announce, factOf, newId, log } = parts;

  const get = async (jobId: string): Promise<AdminJob> => {
    const row = await store.find(jobId);
    if (!row) throw new AppError('NOT_FOUND');
    return toAdminJob(row);
  };

  return {
    list: async (filter, page) => mapPage(await store.list(filter, page), toAdminJob),
    get,

    async cancel(call, jobId) {
      const { status } = await get(jobId);
      const job = await store.cancel(jobId, (after) =>
        factOf(call, {
          target: { kind: 'job', id: jobId },
          before: { status },
          after: { status: after.status, cancelRequestedAt: after.cancel_requested_at },
        }),
      );
      if (!job) {
        const ended = await get(jobId);
        throw new AppError('CONFLICT', { message: `The job has already ended: ${ended.status}.` });
      }
      await takeBack([job]);
      return toAdminJob(job);
    },

    async redrive(call, { dryRun = false, ...filter }) {
      if (dryRun) return toRedrive(await store.chooseFailed(filter));
      const redriveId = newId();
      const jobs = await store.redrive(redriveId, filter, ({ chosen }) =>
        factOf(call, {
          target: { kind: 'redrive', id: redriveId },
          after: { filter, jobIds: chosen.map(({ id }) => id) },
        }),
      );
      if (jobs.chosen.length === 0) return toRedrive(jobs);
      for (const { id } of jobs.chosen) announce(id);
      await dispatch(jobs.chosen).catch((err: unknown) =>
        log.warn({ err }, 'queue: unavailable, the sweeper will queue the stored jobs'),
      );
      return { redriveId, ...toRedrive(jobs) };
    },
  };
}

function toRedrive({ chosen, selected, estimatedCostNanos }: ChosenJobs): Redrive {
  const oldest = chosen.map(({ createdAt }) => createdAt.getTime()).sort((a, b) => a - b)[0];
  return {
    jobs: chosen.length,
    remaining: chosen.length < maxRedrivenJobs ? 0 : selected - chosen.length,
    ...(oldest === undefined ? {} : { oldestAt: new Date(oldest).toISOString() }),
    estimatedCost: toDollars(estimatedCostNanos),
  };
}

function toAdminJob(row: AnyJobRow): AdminJob {
  const trace = row.trace_context as Readonly<Record<string, string>>;
  const traceId = trace.traceparent?.split('-')[1];
  const requestId = trace[headers.requestId];
  return {
    jobId: row.id,
    type: row.type,
    status: row.status,
    progress: row.progress,
    attempts: row.attempts,
    lostAttempts: row.lost_attempts,
    priority: row.priority,
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    ...(row.tier === null ? {} : { tier: row.tier }),
    ...(row.batch_id === null ? {} : { batchId: row.batch_id }),
    createdAt: row.created_at.toISOString(),
    ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
    ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
    ...(row.error_code ? { error: { code: row.error_code, message: row.error_message ?? '' } } : {}),
    redrives: row.redrives,
    ...(row.redrive_id === null ? {} : { redriveId: row.redrive_id }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(row.cost_nanos === null ? {} : { cost: toDollars(row.cost_nanos) }),
  };
}
