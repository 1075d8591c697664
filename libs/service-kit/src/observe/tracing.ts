import type { NodeSDK } from '@opentelemetry/sdk-node';

let running: NodeSDK | undefined;

/** Starts OpenTelemetry with the settings of its own standard variables. Called once, by the preload. */
export async function startTracing(): Promise<void> {
  const [
    { NodeSDK },
    { OTLPTraceExporter },
    { HttpInstrumentation },
    { PgInstrumentation },
    { IORedisInstrumentation },
    { UndiciInstrumentation },
  ] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-pg'),
    import('@opentelemetry/instrumentation-ioredis'),
    import('@opentelemetry/instrumentation-undici'),
  ]);
  running = new NodeSDK({
    traceExporter: new OTLPTraceExporter(),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation(),
      new UndiciInstrumentation(),
      new PgInstrumentation({ requireParentSpan: true }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
  running.start();
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
