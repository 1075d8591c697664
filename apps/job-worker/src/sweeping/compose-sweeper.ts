import type { Producer } from '@valuecanvas/queue';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { JobWorkerConfig } from '../config.ts';
import type { Database } from '../db.ts';
import type { Dispatch } from '../jobs/dispatch.ts';
import { jobDefinitions } from '../kinds/job-definitions.ts';
import { createQueueGauges } from '../queue-metrics/queue-gauges.ts';
import type { QueueMetricsStore } from '../queue-metrics/queue-metrics.store.ts';
import { createSchedule } from './schedule.ts';
import { createSweepStore, type SweepStore } from './sweep.store.ts';

/** Starts the loops that export the backlogs, submit scheduled jobs and requeue lost jobs. */
export function composeSweeper(
  { config, lifecycle, log, metrics, now }: Kit<JobWorkerConfig>,
  db: Kysely<Database>,
  parts: {
    readonly dispatch: Dispatch;
    readonly producer: Pick<Producer, 'abort'>;
    readonly figures: Pick<QueueMetricsStore, 'readBacklogs'>;
  },
): void {
  const { dispatch, producer, figures } = parts;
  const delays = {
    untilEnqueuedMs: config.QUEUE_SWEEP_MS,
    betweenRemindersMs: config.QUEUE_SWEEP_MS * 6,
    lockMs: config.QUEUE_LOCK_MS,
  };
  const store = createSweepStore(db, delays, jobDefinitions(config.LLM_DEADLINE));
  const showBacklogs = createQueueGauges(metrics);
  const submitScheduled = createSchedule({ store, dispatch, now });
  const sweep = createSweep({
    store,
    dispatch,
    producer,
    onQueued: (count) => log.info({ count }, 'sweeper: stored jobs queued'),
  });
  lifecycle.every('sweeper: round', config.QUEUE_SWEEP_MS, async () => {
    showBacklogs(await figures.readBacklogs());
    await submitScheduled();
    await sweep();
  });
}

/**
 * Repairs what a crash, a lost message or a lost Redis left behind: jobs of any kind that are stored but not queued, and
 * running jobs whose worker missed their cancellation.
 */
function createSweep(parts: {
  readonly store: Pick<SweepStore, 'findForgotten' | 'findCancelled'>;
  readonly dispatch: Dispatch;
  readonly producer: Pick<Producer, 'abort'>;
  /** Receives the number of queued jobs, if it is not zero. */
  readonly onQueued: (count: number) => void;
}): () => Promise<void> {
  const { store, dispatch, producer } = parts;
  return async () => {
    const forgotten = await store.findForgotten();
    await dispatch(forgotten);
    if (forgotten.length > 0) parts.onQueued(forgotten.length);
    for (const id of await store.findCancelled()) await producer.abort(id);
  };
}
