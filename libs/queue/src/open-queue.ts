import type { ServiceName } from '@valuecanvas/contracts-core';
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

/** Returns the W3C trace headers of a request, which its job continues. Empty if the request belongs to no trace. */
export function traceContextOf(call: { header(name: string): string | undefined }): Record<string, string> {
  const traceparent = call.header('traceparent');
  if (traceparent === undefined) return {};
  const tracestate = call.header('tracestate');
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
