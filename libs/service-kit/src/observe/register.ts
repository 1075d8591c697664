import { register } from 'import-in-the-middle/register-hooks.mjs';
import { instrumentedModules, startTracing } from './tracing.ts';

// Preloaded with `node --import`, because instrumentation must be installed before the modules that it instruments.
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  register({ include: instrumentedModules });
  await startTracing();
}
