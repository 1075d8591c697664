import { hostname } from 'node:os';
import { llmRouterContract, llmUsage } from '@valuecanvas/contracts-llm-router';
import { createJournal, startDrain } from '@valuecanvas/journal';
import { createDatabase, isUnavailable } from '@valuecanvas/postgres';
import { createKeys, createRedis, createWaitingRedis } from '@valuecanvas/redis';
import { believeInternalTokens, defineService } from '@valuecanvas/service-kit';
import { chatRoute } from './chat/chat.route.ts';
import { createChatService } from './chat/chat.service.ts';
import { llmRouterVariables } from './config.ts';
import type { Database } from './db.ts';
import { createLedgerStore } from './ledger/ledger.store.ts';
import { createLedger } from './ledger/ledger.ts';
import { keepPartitionsAhead } from './ledger/partitions.ts';
import { createChatCompletionRoute } from './openai/create-chat-completion.route.ts';
import { listModelsRoute } from './openai/list-models.route.ts';
import { configuredProviders } from './providers/configured-providers.ts';
import { createComplete } from './routing/completions.ts';
import { createProviderLine } from './routing/provider-line.ts';
import { getOwnUsageRoute } from './spending/get-own-usage.route.ts';
import { createSpendingService } from './spending/spending.service.ts';
import { createSpendingStore } from './spending/spending.store.ts';
import { getHealthRoute } from './status/get-health.route.ts';
import { getStatsRoute } from './status/get-stats.route.ts';

export const llmRouterService = defineService({
  contract: llmRouterContract,
  variables: llmRouterVariables,
  async compose({ config, log, lifecycle, now }) {
    const onError = (part: string) => (err: unknown) =>
      log.warn({ err, part }, 'a part of the platform is away');

    const database = createDatabase<Database>({
      url: config.DATABASE_URL,
      applicationName: 'llm-router',
      poolSize: config.DATABASE_POOL_SIZE,
      onError: onError('postgres'),
    });
    lifecycle.onStop('close', 'postgres', database.close);

    const connection = { url: config.REDIS_URL, password: config.REDIS_PASSWORD, onError: onError('redis') };
    const redis = createRedis({ ...connection, name: 'llm-router' });
    const drainRedis = createWaitingRedis({ ...connection, name: 'llm-router-drain' });
    lifecycle.onStop('close', 'redis', () => redis.disconnect());
    lifecycle.onStop('close', 'redis drain', () => drainRedis.disconnect());
    const keys = createKeys(config.REDIS_KEY_PREFIX);

    const ledgerStore = createLedgerStore(database.db);
    const ledger = createLedger({
      journal: createJournal(llmUsage, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH }),
      onUnbooked: (usage, err) => log.error({ usage, err }, 'a call of a provider could not be booked'),
    });
    const drain = startDrain(llmUsage, {
      redis: drainRedis,
      keys,
      consumer: `${hostname()}-${process.pid}`,
      store: ledgerStore.insert,
      isTemporary: isUnavailable,
      onError: onError('ledger'),
      onDead: (usage) => log.error({ usage }, 'a booked call cannot be stored'),
    });
    lifecycle.onStop('drain', 'ledger', drain.stop);
    lifecycle.onStop('intake', 'partitions', keepPartitionsAhead(ledgerStore, onError('postgres')));

    const providers = configuredProviders(config);
    const lines = providers.map(createProviderLine);
    for (const line of lines) lifecycle.onStop('close', line.provider.id, line.close);
    const complete = createComplete({
      lines,
      assertRoom: ledger.assertRoom,
      book: ledger.book,
      timeoutMs: config.LLM_TIMEOUT,
      now,
    });
    const spending = createSpendingService(createSpendingStore(database.db), now);

    return {
      authenticate: await believeInternalTokens(llmRouterContract, config.INTERNAL_PUBLIC_KEYS, now),
      // Postgres may be away for a while: usage waits in the journal.
      probes: { redis: () => redis.ping() },
      routes: [
        chatRoute(createChatService(complete, config.LLM_DEFAULT_MODEL)),
        createChatCompletionRoute(complete),
        listModelsRoute(providers),
        getStatsRoute(lines, new Date(now()).toISOString()),
        getHealthRoute(lines),
        getOwnUsageRoute(spending),
      ],
    };
  },
});
