import { type QueueConnection, startWorkerHost } from '@valuecanvas/queue';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { JobWorkerConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { jobDefinitions } from '../kinds/job-definitions.ts';
import type { JobKinds } from '../kinds/job-kinds.ts';
import { announceAttempts } from './announce-attempts.ts';
import { createAttemptsStore } from './attempts.store.ts';
import { createJobHandlers } from './run-jobs.ts';

/** Part of the shutdown time reserved for returning jobs that are still running to the queue. */
const handOverMs = 8_000;

/** Starts the workers, which run queued jobs until the service stops and announce each change of a job. */
export function composeWorker(
  { config, lifecycle, log, metrics }: Kit<JobWorkerConfig>,
  db: Kysely<Database>,
  connection: QueueConnection,
  kinds: JobKinds,
  announce: (jobId: string) => void,
): void {
  const worker = startWorkerHost({
    ...connection,
    handlers: createJobHandlers({
      kinds,
      definitions: jobDefinitions(config.LLM_DEADLINE),
      attempts: announceAttempts(createAttemptsStore(db, config.QUEUE_LOCK_MS), announce),
      log,
    }),
    concurrency: config.QUEUE_CONCURRENCY,
    rateLimitPerMinute: config.QUEUE_RATE_LIMIT,
    lockMs: config.QUEUE_LOCK_MS,
    metrics,
    log,
  });
  const runningMs = Math.max(0, config.SHUTDOWN_GRACE_MS - handOverMs);
  lifecycle.onStop('intake', 'workers', () => worker.stop(runningMs));
}
