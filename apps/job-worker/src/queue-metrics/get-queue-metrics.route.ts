import { getQueueMetrics } from '@valuecanvas/contracts-job-worker';
import { serve } from '@valuecanvas/service-kit';
import type { QueueMetricsStore } from './queue-metrics.store.ts';

export const getQueueMetricsRoute = (store: QueueMetricsStore) => serve(getQueueMetrics, () => store.read());
