import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { LlmRouterConfig } from '../config.ts';
import { configuredProviders } from '../providers/configured-providers.ts';
import { createTransport } from '../providers/transport/transport.ts';
import { createProviderClient, type ProviderClient } from './provider-client.ts';
import { type SharedBreakers, shareBreakers } from './share-breakers.ts';

/** Interval at which providers with a problem are checked again. */
const checkEveryMs = 15_000;

export interface Providers {
  /** In order of preference. */
  readonly clients: readonly ProviderClient[];
  /** Closes the breakers of all replicas. */
  readonly resetBreakers: SharedBreakers['reset'];
}

/** Composes the clients of the configured providers, with breakers that all replicas share. Throws ConfigError. */
export function composeProviders(
  { config, log, lifecycle, now }: Kit<LlmRouterConfig>,
  { redis, keys, waiting }: OpenRedis,
): Providers {
  const clients = configuredProviders(config).map((provider) =>
    createProviderClient({
      provider,
      transport: createTransport(provider, {
        connections: config.LLM_PROVIDER_CONCURRENCY,
        maxAnswerBytes: config.LLM_MAX_ANSWER_BYTES,
        now,
      }),
      concurrency: config.LLM_PROVIDER_CONCURRENCY,
      queue: config.LLM_PROVIDER_QUEUE,
      now,
      log,
    }),
  );
  lifecycle.every('providers: health check', checkEveryMs, (signal) =>
    Promise.all(clients.map((client) => client.check(signal))),
  );
  for (const client of clients) lifecycle.onStop('close', client.provider.id, client.close);
  const { reset } = shareBreakers({
    clients,
    redis,
    waiting: waiting('breakers'),
    keys,
    now,
    onError: (err) => log.warn({ err }, 'breakers: sharing with other replicas failed'),
  });
  return { clients, resetBreakers: reset };
}
