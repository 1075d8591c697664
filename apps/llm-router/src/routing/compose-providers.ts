import type { OpenRedis } from '@valuecanvas/redis';
import { createIds, type Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { LlmRouterConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { configuredProviders } from '../providers/configured-providers.ts';
import { replaceKeys } from '../providers/replace-keys.ts';
import { createTransport } from '../providers/transport/transport.ts';
import { notifyOpenBreakers } from './notify-open-breakers.ts';
import { createProviderClient, type ProviderClient } from './provider-client.ts';
import { recordNotifications } from './record-notifications.ts';
import { type SharedBreakers, shareBreakers } from './share-breakers.ts';

/** Interval at which providers with a problem are checked again. */
const checkEveryMs = 15_000;

export interface Providers {
  /** In order of preference. */
  readonly clients: readonly ProviderClient[];
  readonly breakers: SharedBreakers;
}

/**
 * Composes the clients of the configured providers, with breakers that all replicas share. New API keys are used without a
 * restart. Throws ConfigError.
 */
export function composeProviders(
  kit: Kit<LlmRouterConfig>,
  openRedis: OpenRedis,
  db: Kysely<Database>,
): Providers {
  const { config, log, lifecycle, rotation, now } = kit;
  const { redis, keys, waiting } = openRedis;
  const providers = configuredProviders(config);
  const clients = providers.map((provider) =>
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
  const checkAll = (signal: AbortSignal) => Promise.all(clients.map((client) => client.check(signal)));
  lifecycle.every('providers: health check', checkEveryMs, checkAll);
  rotation.follow(['TOGETHER_API_KEY', 'OPENAI_API_KEY', 'LLM_PROVIDERS'], (changed) => {
    replaceKeys(providers, configuredProviders(changed));
    void checkAll(new AbortController().signal);
  });
  for (const client of clients) lifecycle.onStop('close', client.provider.id, client.close);
  const breakers = shareBreakers({
    clients,
    redis,
    waiting: waiting('breakers'),
    keys,
    now,
    onError: (err) => log.warn({ err }, 'breakers: sharing with other replicas failed'),
  });
  const record = recordNotifications(kit, openRedis, db);
  notifyOpenBreakers({ clients, record, newId: createIds(now), now });
  return { clients, breakers };
}
