export type { QueueConnection } from './connection.ts';
export { createProducer, type EnqueueOptions, type Producer } from './create-producer.ts';
export {
  Interruption,
  type InterruptionKind,
  interruptionOf,
  PermanentFailure,
  Postponement,
} from './failures.ts';
export { openQueue, traceContextOf } from './open-queue.ts';
export type { JobContext, JobHandler } from './run-attempt.ts';
export { startWorkerHost, type WorkerHost, type WorkerHostOptions } from './start-worker-host.ts';
export { producerVariables, queueVariables } from './variables.ts';
