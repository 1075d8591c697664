import type { QueueMetrics } from '@valuecanvas/contracts-job-worker';
import type { Metrics } from '@valuecanvas/service-kit';

/** Shows the queue's depth to Prometheus, for alerts and for scaling the workers. */
export function createQueueGauges(metrics: Metrics): (figures: QueueMetrics) => void {
  const jobs = metrics.gauge('queue_jobs', 'Jobs that are not finished, by state.', ['state']);
  const oldest = metrics.gauge('queue_oldest_waiting_seconds', 'Age of the oldest waiting job.', []);
  return ({ waiting, active, delayed, oldestWaitingMs }) => {
    jobs.set({ state: 'waiting' }, waiting);
    jobs.set({ state: 'active' }, active);
    jobs.set({ state: 'delayed' }, delayed);
    oldest.set(oldestWaitingMs / 1_000);
  };
}
