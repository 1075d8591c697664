import type { IncomingMessage } from 'node:http';
import type { NodeSDK } from '@opentelemetry/sdk-node';

let running: NodeSDK | undefined;

/** Known only once the service is started, after the preload: spans wait for it before they are sent. */
const serviceName = Promise.withResolvers<string>();

/** Behind the edge every caller is one of ours. */
let isBelieved: (address: string, hop: number) => boolean = () => true;

/** Headers by which a caller names the trace that its request belongs to. */
const traceHeaders = ['traceparent', 'tracestate', 'baggage'];

/** Starts OpenTelemetry with the settings of its own standard variables. Called once, by the preload. */
export async function startTracing(): Promise<void> {
  const [
    { NodeSDK },
    { OTLPTraceExporter },
    { resourceFromAttributes },
    { HttpInstrumentation },
    { PgInstrumentation },
    { IORedisInstrumentation },
    { UndiciInstrumentation },
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-ioredis'),
    import('@opentelemetry/instrumentation-undici'),
  ]);
  running = new NodeSDK({
    // OTEL_SERVICE_NAME, where it is set, wins over this.
    resource: resourceFromAttributes({ 'service.name': serviceName.promise }),
    traceExporter: new OTLPTraceExporter(),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      // The only hook of its own that comes before it reads the caller's trace.
      new HttpInstrumentation({ startIncomingSpanHook: forgetForeignTrace }),
      new UndiciInstrumentation(),
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
  running.start();
}

/** The name that this process's traces carry; the first one stays. */
export function nameTracedService(name: string): void {
  serviceName.resolve(name);
}

/** From now on, a request from an address that is not trusted begins a trace of its own, whatever it says. */
export function continueTracesOf(isTrusted: (address: string, hop: number) => boolean): void {
  isBelieved = isTrusted;
}

function forgetForeignTrace(request: unknown): Record<string, never> {
  const { headers, socket } = request as IncomingMessage;
  if (isBelieved(socket.remoteAddress ?? '', 0)) return {};
  for (const name of traceHeaders) delete headers[name];
  return {};
}

/** Whether spans are recorded at all, so that nobody pays for naming them when they are not. */
export function tracingIsOn(): boolean {
  return running !== undefined;
}

/** Sends what is left and ends tracing. */
export async function stopTracing(): Promise<void> {
  await running?.shutdown();
  running = undefined;
}
