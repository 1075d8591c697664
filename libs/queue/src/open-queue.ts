import { headers, type ServiceName } from '@valuecanvas/contracts-core';
import { createKeys } from '@valuecanvas/redis';
import type { QueueConnection } from './connection.ts';
import { createProducer, type Producer } from './create-producer.ts';

/** The part of a service's kit that the queue needs. The configuration includes `redisVariables` and QUEUE_NAME. */
interface QueueKit {
  readonly config: {
    readonly REDIS_URL: string;
    readonly REDIS_PASSWORD?: string | undefined;
    readonly REDIS_KEY_PREFIX: string;
    readonly QUEUE_NAME: string;
    readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  };
  readonly log: { warn(fields: object, message: string): void };
  readonly lifecycle: { onStop(phase: 'close', name: string, stop: () => Promise<void>): void };
}

/** Opens the service's producer. It closes when the service stops. The connection serves a worker host as well. */
export function openQueue(
  service: ServiceName,
  { config, log, lifecycle }: QueueKit,
): { readonly producer: Producer; readonly connection: QueueConnection } {
  const connection: QueueConnection = {
    redisUrl: config.REDIS_URL,
    redisPassword: config.REDIS_PASSWORD,
    name: service,
    keys: createKeys(config.REDIS_KEY_PREFIX),
    queueName: config.QUEUE_NAME,
    tracing: config.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    onError: (err) => log.warn({ err }, 'queue: Redis connection failed'),
  };
  const producer = createProducer(connection);
  lifecycle.onStop('close', 'queue producer', producer.close);
  return { producer, connection };
}

/** Headers of a request that its job keeps: the W3C trace, which the job continues, and the id, to find the request's lines. */
const keptHeaders = ['traceparent', 'tracestate', headers.requestId];

/** Returns the headers that lead from a job to the request that submitted it, if the request has them. */
export function traceContextOf(call: { header(name: string): string | undefined }): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = call.header(name);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
