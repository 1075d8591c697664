import { register } from 'node:module';
import { startTracing } from './tracing.ts';

// Preloaded with `node --import`, because instrumentation must be installed before the modules that it instruments.
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  await startTracing();
}
