import { register } from 'node:module';
import { startTracing } from './tracing.ts';

// Preloaded with `node --import`: instrumentation must be in place before the modules that it observes.
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  await startTracing();
}
