import type { IncomingMessage } from 'node:http';
import { type Span, type TextMapPropagator, trace } from '@opentelemetry/api';
import type { NodeSDK } from '@opentelemetry/sdk-node';
import { createAllowListExporter } from './span-allow-list.ts';

let running: NodeSDK | undefined;

/** Known only once the service starts, after the preload: export waits for it. */
const serviceName = Promise.withResolvers<string>();

/** Behind the edge, every caller is one of our services. */
let isTrustedCaller: (address: string, hop: number) => boolean = () => true;

/** Origins of our own services: the only HTTP servers that receive trace headers. */
const tracedOrigins = new Set<string>();

/** Spans of requests to all other servers. */
const foreignRequests = new WeakSet<Span>();

/** Headers by which a caller names the trace that its request belongs to. */
const traceHeaders = ['traceparent', 'tracestate', 'baggage'];

/**
 * Starts OpenTelemetry with the settings of its own standard variables. Called once, by the preload. Spans are exported
 * through the allow list, and outgoing requests carry trace headers to the origins of `traceRequestsTo` only.
 */
export async function startTracing(): Promise<void> {
  const [
    { NodeSDK },
    { OTLPTraceExporter },
    { resourceFromAttributes },
    { W3CTraceContextPropagator },
    { HttpInstrumentation },
    { PgInstrumentation },
    { IORedisInstrumentation },
    { UndiciInstrumentation },
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/core'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-ioredis'),
    import('@opentelemetry/instrumentation-undici'),
  ]);
  running = new NodeSDK({
    // OTEL_SERVICE_NAME takes precedence over this.
    resource: resourceFromAttributes({ 'service.name': serviceName.promise }),
    traceExporter: createAllowListExporter(new OTLPTraceExporter()),
    textMapPropagator: withoutForeignRequests(new W3CTraceContextPropagator()),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        // The only one of its hooks that runs before it reads the caller's trace.
        startIncomingSpanHook: dropForeignTrace,
        // Our own requests go through undici; Sentry and the exporter use node:http.
        disableOutgoingRequestInstrumentation: true,
      }),
      new UndiciInstrumentation({
        requestHook(span, { origin }) {
          if (!tracedOrigins.has(origin)) foreignRequests.add(span);
        },
      }),
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
    ],
  });
  running.start();
}

/** Sets the name that this process's traces carry; the first one stays. */
export function nameTracedService(name: string): void {
  serviceName.resolve(name);
}

/** Continues the traces of trusted addresses only: a request from any other address starts a trace of its own. */
export function continueTracesOf(isTrusted: (address: string, hop: number) => boolean): void {
  isTrustedCaller = isTrusted;
}

/** Lets requests to these URLs' origins carry the trace. Must be called for our own services only. */
export function traceRequestsTo(urls: readonly string[]): void {
  for (const url of urls) tracedOrigins.add(new URL(url).origin);
}

function withoutForeignRequests(propagator: TextMapPropagator): TextMapPropagator {
  return {
    inject(context, carrier, setter) {
      const span = trace.getSpan(context);
      if (!span || !foreignRequests.has(span)) propagator.inject(context, carrier, setter);
    },
    extract: (context, carrier, getter) => propagator.extract(context, carrier, getter),
    fields: () => propagator.fields(),
  };
}

function dropForeignTrace(request: unknown): Record<string, never> {
  const { headers, socket } = request as IncomingMessage;
  if (isTrustedCaller(socket.remoteAddress ?? '', 0)) return {};
  for (const name of traceHeaders) delete headers[name];
  return {};
}

/** Whether spans are recorded at all; without them, naming spans would be wasted work. */
export function tracingIsOn(): boolean {
  return running !== undefined;
}

/** Exports the spans that are left and ends tracing. */
export async function stopTracing(): Promise<void> {
  await running?.shutdown();
  running = undefined;
}
