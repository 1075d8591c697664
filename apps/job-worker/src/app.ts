import { canvasContract } from '@valuecanvas/contracts-canvas';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { createClient } from '@valuecanvas/http-client';
import { openIdempotency } from '@valuecanvas/idempotency';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { openDatabase } from '@valuecanvas/postgres';
import { createProducer, startWorkerHost } from '@valuecanvas/queue';
import { createKeys } from '@valuecanvas/redis';
import { defineService, implement, internalTokenAuthenticator, type Kit } from '@valuecanvas/service-kit';
import { type JobWorkerConfig, jobWorkerVariables } from './config.ts';
import type { Database } from './db.ts';
import { createDispatch } from './jobs/dispatch.ts';
import { createJobsService } from './jobs/jobs.service.ts';
import { createJobsStore } from './jobs/jobs.store.ts';
import { jobRoutes } from './jobs/routes.ts';
import { createJobRetention } from './kinds/job-retention.ts';
import { createModelJobs } from './kinds/model-jobs.ts';
import { createQueueGauges } from './queue-metrics/queue-gauges.ts';
import { createQueueMetricsStore } from './queue-metrics/queue-metrics.store.ts';
import { createSchedule } from './sweeping/schedule.ts';
import { createSweepStore } from './sweeping/sweep.store.ts';
import { createSweep } from './sweeping/sweep.ts';
import { createAttemptsStore } from './worker/attempts.store.ts';
import { createJobHandlers } from './worker/run-jobs.ts';

/** Part of the shutdown time reserved for returning jobs that are still running to the queue. */
const handOverMs = 8_000;

/** The queue's API and its workers, in one process. */
export const jobWorkerService = defineService({
  contract: jobWorkerContract,
  variables: jobWorkerVariables,
  async compose(kit) {
    const { config, lifecycle, log } = kit;
    const database = openDatabase<Database>('job-worker', kit);

    const connection = queueConnection(kit);
    const producer = createProducer(connection);
    lifecycle.onStop('close', 'queue producer', producer.close);

    const store = createJobsStore(database.db);
    const dispatch = createDispatch(producer, store);
    const jobs = createJobsService({ store, dispatch, producer, log });
    const figures = createQueueMetricsStore(database.db);
    const showBacklogs = createQueueGauges(kit.metrics);

    const worker = startWorkerHost({
      ...connection,
      handlers: createJobHandlers({
        kinds: {
          ...createModelJobs(await createPerformers(kit)),
          job_retention: createJobRetention(database.db, log),
        },
        attempts: createAttemptsStore(database.db, config.QUEUE_LOCK_MS),
        log,
      }),
      concurrency: config.QUEUE_CONCURRENCY,
      rateLimitPerMinute: config.QUEUE_RATE_LIMIT,
      lockMs: config.QUEUE_LOCK_MS,
      metrics: kit.metrics,
      log,
    });
    lifecycle.onStop('intake', 'workers', () =>
      worker.stop(Math.max(0, config.SHUTDOWN_GRACE_MS - handOverMs)),
    );

    const sweepStore = createSweepStore(database.db, {
      untilEnqueuedMs: config.QUEUE_SWEEP_MS,
      betweenRemindersMs: config.QUEUE_SWEEP_MS * 6,
      lockMs: config.QUEUE_LOCK_MS,
    });
    const sweep = createSweep({
      store: sweepStore,
      dispatch,
      producer,
      onQueued: (count) => log.info({ count }, 'sweeper: stored jobs queued'),
    });
    const submitScheduled = createSchedule({ store: sweepStore, dispatch, now: kit.now });
    lifecycle.every('sweeper: round', config.QUEUE_SWEEP_MS, async () => {
      showBacklogs(await figures.readBacklogs());
      await submitScheduled();
      await sweep();
    });

    return {
      authenticate: await internalTokenAuthenticator(jobWorkerContract, config.INTERNAL_PUBLIC_KEYS, kit.now),
      // Redis is no probe: without it, jobs are accepted and wait.
      probes: { postgres: database.ping },
      routes: implement(
        jobWorkerContract,
        { ...jobRoutes(jobs), getQueueMetrics: () => figures.read() },
        openIdempotency(database.db, kit),
      ),
    };
  },
});

function queueConnection({ config, log }: Kit<JobWorkerConfig>) {
  return {
    redisUrl: config.REDIS_URL,
    redisPassword: config.REDIS_PASSWORD,
    name: 'job-worker',
    keys: createKeys(config.REDIS_KEY_PREFIX),
    queueName: config.QUEUE_NAME,
    tracing: config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    onError: (err: Error) => log.warn({ err }, 'queue: Redis connection failed'),
  };
}

async function createPerformers({ config, lifecycle, now }: Kit<JobWorkerConfig>) {
  const sign = createInternalSigner({
    issuer: jobWorkerContract.service,
    key: await importSigningKey(config.INTERNAL_SIGNING_KEY),
    now,
  });
  const canvas = createClient(canvasContract, { baseUrl: config.CANVAS_URL, sign });
  const llm = createClient(llmRouterContract, { baseUrl: config.LLM_ROUTER_URL, sign });
  lifecycle.onStop('close', 'client of canvas', canvas.close);
  lifecycle.onStop('close', 'client of llm-router', llm.close);
  return { canvas: canvas.call, llm: llm.call };
}
