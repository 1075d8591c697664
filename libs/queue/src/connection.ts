import type { Keys } from '@valuecanvas/redis';
import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/** The connection of a queue. */
export interface QueueConnection {
  readonly redisUrl: string;
  readonly redisPassword?: string | undefined;
  /** Connection name, shown by CLIENT LIST. */
  readonly name: string;
  readonly keys: Keys;
  readonly queueName: string;
  /** Records spans of producers and workers, joined into one trace. */
  readonly tracing: boolean;
  /** Receives lost connections and background errors. */
  readonly onError: (error: Error) => void;
}

/** Options of the Redis client for one connection of the queue. BullMQ reports the errors of that connection itself. */
export function redisOptions(connection: QueueConnection, role: string) {
  return {
    url: connection.redisUrl,
    password: connection.redisPassword,
    name: `${connection.name}-${role}`,
    onError: () => undefined,
  };
}

/** Options that BullMQ's queue and worker share. */
export function queueOptions(connection: QueueConnection): { prefix: string; telemetry?: Telemetry } {
  return {
    prefix: connection.keys('queue'),
    ...(connection.tracing ? { telemetry: new BullMQOtel() } : {}),
  };
}

/** Channel that tells workers to abort a job. */
export function cancelChannel(connection: QueueConnection): string {
  return connection.keys('queue', 'cancel');
}
