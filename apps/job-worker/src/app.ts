import { createAuditFacts, metricCatalogue } from '@valuecanvas/contracts-core';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { openIdempotency } from '@valuecanvas/idempotency';
import { openDatabase } from '@valuecanvas/postgres';
import { openQueue } from '@valuecanvas/queue';
import { createIds, defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { createAdminJobsService } from './administration/admin-jobs.service.ts';
import { createAdminJobsStore } from './administration/admin-jobs.store.ts';
import { adminJobRoutes } from './administration/routes.ts';
import { jobWorkerVariables } from './config.ts';
import type { Database } from './db.ts';
import { createDispatch } from './jobs/dispatch.ts';
import { createJobsService } from './jobs/jobs.service.ts';
import { createJobsStore } from './jobs/jobs.store.ts';
import { jobRoutes } from './jobs/routes.ts';
import { createTakeBack } from './jobs/take-back.ts';
import { composeKinds } from './kinds/compose-kinds.ts';
import { composeNotifications } from './notifications/compose-notifications.ts';
import { createNotificationsService } from './notifications/notifications.service.ts';
import { createNotificationsStore } from './notifications/notifications.store.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { createQueueMetricsStore } from './queue-metrics/queue-metrics.store.ts';
import { composeSweeper } from './sweeping/compose-sweeper.ts';
import { composeWatching } from './watching/compose-watching.ts';
import { watchRoutes } from './watching/watch-jobs.ts';
import { composeWorker } from './worker/compose-worker.ts';

/** The queue's API and its workers, in one process or, with ROLE, in several. */
export const jobWorkerService = defineService({
  contract: jobWorkerContract,
  variables: jobWorkerVariables,
  async compose(kit) {
    const { config, log, metrics } = kit;
    const { db, ping } = openDatabase<Database>('job-worker', kit);
    const { producer, connection } = openQueue('job-worker', kit);

    const store = createJobsStore(db);
    const dispatch = createDispatch(producer, store);
    const changes = composeWatching(kit, store.readStates);
    const { announce } = changes;
    const takeBack = createTakeBack({ producer, announce, log });
    const jobs = createJobsService({ store, dispatch, takeBack, log });
    const newId = createIds(kit.now);
    const factOf = createAuditFacts({ newId, now: kit.now });
    const adminJobs = createAdminJobsService({
      store: createAdminJobsStore(db),
      dispatch,
      takeBack,
      announce,
      factOf,
      newId,
      log,
    });
    const notifications = createNotificationsService({ store: createNotificationsStore(db), factOf });
    const figures = createQueueMetricsStore(db);
    metrics.observe(metricCatalogue.lastBackup, async () => {
      const at = await figures.lastBackup();
      return at === undefined ? [] : [{ labels: {}, value: at.getTime() / 1_000 }];
    });

    if (config.ROLE !== 'api') {
      composeWorker(kit, db, connection, await composeKinds(kit, db), announce);
      composeSweeper(kit, db, { dispatch, producer, figures });
      composeNotifications(kit, db, figures);
    }
    const routes = implement(
      jobWorkerContract,
      {
        ...jobRoutes(jobs),
        ...watchRoutes({ jobs, changes }),
        ...adminJobRoutes(adminJobs),
        getQueueMetrics: () => figures.read(),
        ...notificationRoutes(notifications),
      },
      openIdempotency(db, kit),
    );

    return {
      authenticate: await internalTokenAuthenticator(jobWorkerContract, config.INTERNAL_PUBLIC_KEYS, kit.now),
      // Redis is no probe: without it, jobs are accepted and wait.
      probes: { postgres: ping },
      routes: config.ROLE === 'worker' ? implement({ ...jobWorkerContract, routes: {} }, {}) : routes,
    };
  },
});
