import type { Keys } from '@valuecanvas/redis';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/** Where a queue lives. */
export interface QueueConnection {
  readonly redisUrl: string;
  readonly redisPassword?: string | undefined;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  readonly keys: Keys;
  readonly queueName: string;
  /** Whether spans of producers and workers are recorded and joined into one trace. */
  readonly tracing: boolean;
  /** Hears of lost connections and of what went wrong in the background. */
  readonly onError: (error: Error) => void;
}

/** The redis library's options for one of the queue's connections; BullMQ reports that connection's errors itself. */
export function redisOptions(connection: QueueConnection, role: string) {
  return {
    url: connection.redisUrl,
    password: connection.redisPassword,
    name: `${connection.name}-${role}`,
    onError: () => undefined,
  };
}

/** What BullMQ's queue and worker have in common. */
export function queueOptions(connection: QueueConnection): { prefix: string; telemetry?: Telemetry } {
  return {
    prefix: connection.keys('queue'),
    ...(connection.tracing ? { telemetry: new BullMQOtel() } : {}),
  };
}

/** The channel on which workers hear that a job is to be given up. */
export function cancelChannel(connection: QueueConnection): string {
  return connection.keys('queue', 'cancel');
}
