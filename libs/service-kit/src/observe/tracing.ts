import type { IncomingMessage } from 'node:http';
import { type Span, type TextMapPropagator, trace } from '@opentelemetry/api';
import type { NodeSDK } from '@opentelemetry/sdk-node';
import { createAllowListExporter } from './span-allow-list.ts';

let running: NodeSDK | undefined;

/** Name and version of the service, known only when it starts, after the preload. Export waits for them. */
const service = Promise.withResolvers<{ readonly name: string; readonly version: string }>();

/** Behind the edge, every caller is a service of the platform. */
let isTrustedCaller: (address: string, hop: number) => boolean = () => true;

/** Origins of the platform's services, the only HTTP servers that receive trace headers. */
const tracedOrigins = new Set<string>();

/** Spans of requests to all other servers. */
const foreignRequests = new WeakSet<Span>();

/**
 * Modules that the instrumentations below patch. Only their imports are wrapped: wrapping all of the 2,000 modules of a
 * service would cost seconds of CPU time at its start.
 */
export const instrumentedModules = ['http', 'https', 'pg', 'pg-pool', 'ioredis'];

/** Headers with which a caller names the trace of its request. */
const traceHeaders = ['traceparent', 'tracestate', 'baggage'];

/**
 * Starts OpenTelemetry, configured by its standard variables. The preload calls this once. Spans are exported through
 * the allow list, and outgoing requests carry trace headers only to the origins passed to `traceRequestsTo`.
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
    resource: resourceFromAttributes({
      'service.name': service.promise.then(({ name }) => name),
      'service.version': service.promise.then(({ version }) => version),
    }),
    traceExporter: createAllowListExporter(new OTLPTraceExporter()),
    textMapPropagator: withoutForeignRequests(new W3CTraceContextPropagator()),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        // The only hook of this instrumentation that runs before it reads the caller's trace.
        startIncomingSpanHook: dropForeignTrace,
        ignoreIncomingRequestHook: isHealthCheck,
        // The platform's requests use undici. Sentry and the exporter use node:http.
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

/** Sets the service of this process's traces. Later calls have no effect. */
export function nameTracedService(name: string, version: string): void {
  service.resolve({ name, version });
}

/** Continues traces from trusted addresses only. A request from any other address starts a new trace. */
export function continueTracesOf(isTrusted: (address: string, hop: number) => boolean): void {
  isTrustedCaller = isTrusted;
}

/** Sends trace headers with requests to the origins of these URLs. Call it for the platform's services only. */
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

/** Probes and scrapes come every few seconds, and their traces would outnumber all others. */
function isHealthCheck({ url = '' }: IncomingMessage): boolean {
  return /^\/(?:health|metrics)(?:[/?]|$)/.test(url);
}

function dropForeignTrace(request: unknown): Record<string, never> {
  const { headers, socket } = request as IncomingMessage;
  if (isTrustedCaller(socket.remoteAddress ?? '', 0)) return {};
  for (const name of traceHeaders) delete headers[name];
  return {};
}

/** Returns true if spans are recorded. If not, naming them would be wasted work. */
export function tracingIsOn(): boolean {
  return running !== undefined;
}

/** Names the active span after its operation, and records the request ID by which a search finds its trace. */
export function nameActiveSpan(operation: string | undefined, requestId: string | undefined): void {
  const span = trace.getActiveSpan();
  if (!span) return;
  if (requestId !== undefined) span.setAttribute('vc.request_id', requestId);
  if (operation === undefined) return;
  span.updateName(operation);
  span.setAttribute('vc.operation', operation);
}

/** Exports the remaining spans and ends tracing. */
export async function stopTracing(): Promise<void> {
  await running?.shutdown();
  running = undefined;
}
