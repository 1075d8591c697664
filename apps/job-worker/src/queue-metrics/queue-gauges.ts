import { metricCatalogue } from '@valuecanvas/contracts-core';
import type { Metrics } from '@valuecanvas/service-kit';
import type { Backlog } from './queue-metrics.store.ts';

/** Exports the backlog of every kind of job to Prometheus, for alerts and for scaling the workers. */
export function createQueueGauges(metrics: Metrics): (backlogs: readonly Backlog[]) => void {
  const jobs = metrics.gauge(metricCatalogue.queueJobs);
  const oldest = metrics.gauge(metricCatalogue.queueOldest);
  return (backlogs) => {
    for (const { job, waiting, active, delayed, oldestWaitingMs } of backlogs) {
      jobs.set({ job, state: 'waiting' }, waiting);
      jobs.set({ job, state: 'active' }, active);
      jobs.set({ job, state: 'delayed' }, delayed);
      oldest.set({ job }, oldestWaitingMs / 1_000);
    }
  };
}
