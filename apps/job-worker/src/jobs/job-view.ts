import { AppError, jobStatusUrl } from '@valuecanvas/contracts-core';
import type { Batch, Job, JobResult, OwnJob } from '@valuecanvas/contracts-job-worker';
import { toDollars, toJsonNanos } from '@valuecanvas/money';
import type { JobResultRow, JobRow } from './jobs.store.ts';

/** Converts a job's row to what its owner sees. */
export function toJob(row: JobRow): Job {
  return {
    jobId: row.id,
    type: row.type,
    status: row.status,
    progress: row.progress,
    attempts: row.attempts,
    createdAt: row.created_at.toISOString(),
    ...(row.started_at ? { startedAt: row.started_at.toISOString() } : {}),
    ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
    ...(row.error_code ? { error: { code: row.error_code, message: row.error_message ?? '' } } : {}),
    statusUrl: jobStatusUrl(row.id),
    ...(row.status === 'completed' ? { resultUrl: `${jobStatusUrl(row.id)}/result` } : {}),
  };
}

/** Converts the rows of a batch to what its owner sees. Throws NOT_FOUND if there are none. */
export function toBatch(batchId: string, rows: readonly JobRow[]): Batch {
  if (rows.length === 0) throw new AppError('NOT_FOUND');
  const jobs = rows.map(toJob);
  const count = (...statuses: readonly Job['status'][]) =>
    jobs.filter(({ status }) => statuses.includes(status)).length;
  const counts = {
    total: jobs.length,
    unfinished: count('queued', 'delayed', 'active'),
    completed: count('completed'),
    failed: count('failed'),
    cancelled: count('cancelled'),
  };
  return { batchId, counts, jobs };
}

/** Converts a job's row to what its owner sees, with what the owner submitted. */
export function toOwnJob(row: JobRow): OwnJob {
  const { payload, metadata } = row as { payload: OwnJob['request']; metadata: OwnJob['metadata'] };
  return { ...toJob(row), request: payload, metadata };
}

/** Converts a stored result to what its owner sees. */
export function toJobResult(row: JobResultRow): JobResult {
  return {
    jobId: row.job_id,
    type: row.type,
    content: row.content,
    ...(row.canvas_id ? { canvasId: row.canvas_id } : {}),
    provider: row.provider,
    model: row.model,
    usage: {
      promptTokens: row.prompt_tokens,
      completionTokens: row.completion_tokens,
      totalTokens: row.prompt_tokens + row.completion_tokens,
      cachedTokens: row.cached_tokens,
    },
    cost: toDollars(row.cost_nanos),
    costNanos: toJsonNanos(row.cost_nanos),
    latency: row.latency_ms,
    cached: row.cached,
    createdAt: row.created_at.toISOString(),
  };
}
