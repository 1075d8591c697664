import { startPlatform } from '../platform.ts';
import { type Capture, startCapture } from './capture.ts';
import { startEchoingProvider } from './echoing-provider.ts';

/** Credentials of the platform's configuration. No telemetry may contain them. */
export const configured = { togetherKey: 'sk-together-secret', ownKey: 'sk-own-secret' } as const;

/** Starts all services with the production preload, and every server that they send data to. */
export async function startObservedPlatform() {
  await using cleanup = new AsyncDisposableStack();
  const [sentry, collector, provider, ownProvider] = await Promise.all([
    startCapture(),
    startCapture(),
    startEchoingProvider(),
    startEchoingProvider(),
  ]);
  for (const server of [sentry, collector, provider, ownProvider]) cleanup.use(server);
  const platform = await startPlatform({
    ...providerVariables(provider, ownProvider),
    LOG_LEVEL: 'trace',
    SENTRY_DSN: `http://publickey@127.0.0.1:${sentry.port}/1`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
  });
  cleanup.use(platform);
  const owned = cleanup.move();
  return {
    ...platform,
    sentry,
    collector,
    provider,
    ownProvider,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function providerVariables(provider: Capture, own: Capture) {
  const listed = {
    id: 'own',
    baseUrl: `http://127.0.0.1:${own.port}/v1`,
    apiKey: configured.ownKey,
    models: ['own-model'],
    propagateTrace: true,
  };
  return {
    TOGETHER_API_KEY: configured.togetherKey,
    TOGETHER_BASE_URL: `http://127.0.0.1:${provider.port}/v1`,
    LLM_PROVIDERS: JSON.stringify([listed]),
    LLM_RETRIES: '0',
  };
}
