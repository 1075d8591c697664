// Preloaded with `node --import`, because instrumentation must be installed before the modules that it instruments.
// Without an endpoint it imports nothing, because the hooks alone take half a second of CPU time.
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  const [{ register }, { instrumentedModules, startTracing }] = await Promise.all([
    import('import-in-the-middle/register-hooks.mjs'),
    import('./tracing.ts'),
  ]);
  register({ include: instrumentedModules });
  await startTracing();
}
