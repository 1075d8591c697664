import { llmRouterContract, llmUsage } from '@valuecanvas/contracts-llm-router';
import { createJournal } from '@valuecanvas/journal';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { believeInternalTokens, defineService } from '@valuecanvas/service-kit';
import { chatRoute } from './chat/chat.route.ts';
import { createChatService } from './chat/chat.service.ts';
import { llmRouterVariables } from './config.ts';
import type { Database } from './db.ts';
import { drainLedger } from './ledger/drain-ledger.ts';
import { createLedgerStore } from './ledger/ledger.store.ts';
import { createLedger } from './ledger/ledger.ts';
import { keepPartitionsAhead } from './ledger/partitions.ts';
import { createChatCompletionRoute } from './openai/create-chat-completion.route.ts';
import { listModelsRoute } from './openai/list-models.route.ts';
import { configuredProviders } from './providers/configured-providers.ts';
import { offeredModels } from './providers/offered-models.ts';
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
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const database = openDatabase<Database>('llm-router', kit);
    const { redis, keys, waiting } = openRedis('llm-router', kit);

    const ledgerStore = createLedgerStore(database.db);
    const ledger = createLedger({
      journal: createJournal(llmUsage, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH }),
      onUnbooked: (usage, err) => log.error({ usage, err }, 'a call of a provider could not be booked'),
    });
    const drain = drainLedger({ redis: waiting('drain'), keys, store: ledgerStore, log });
    lifecycle.onStop('drain', 'ledger', drain.stop);
    lifecycle.onStop(
      'intake',
      'partitions',
      keepPartitionsAhead(ledgerStore, (err) =>
        log.warn({ err }, 'partitions of the ledger could not be made ahead'),
      ),
    );

    const providers = configuredProviders(config);
    const lines = providers.map(createProviderLine);
    for (const line of lines) lifecycle.onStop('close', line.provider.id, line.close);
    const complete = createComplete({
      lines,
      offered: new Set([...offeredModels, config.LLM_DEFAULT_MODEL]),
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
