import { createAuditFacts } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import {
  costAlert,
  llmRouterContract,
  llmUsage,
  rateLimitViolation,
} from '@valuecanvas/contracts-llm-router';
import { createFlags, userContext } from '@valuecanvas/flags-sdk';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { createAuditJournal, createBestEffortJournal, drainIntoTable } from '@valuecanvas/journal';
import { toNanos } from '@valuecanvas/money';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { createIds, defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { composeAdmission } from './admission/compose-admission.ts';
import { chatHandler } from './chat/chat.handler.ts';
import { createChatService } from './chat/chat.service.ts';
import { composeCompletions } from './completions/compose-completions.ts';
import { llmRouterVariables } from './config.ts';
import type { Database } from './db.ts';
import { createLedgerStore } from './ledger/ledger.store.ts';
import { maintainPartitions } from './ledger/partitions.ts';
import { createSpentSource } from './ledger/seed.ts';
import { createChatCompletionHandler } from './openai/create-chat-completion.handler.ts';
import { listModelsHandler } from './openai/list-models.handler.ts';
import { configuredProviders } from './providers/configured-providers.ts';
import { ownModelName } from './providers/own-model-name.ts';
import type { Provider } from './providers/provider.ts';
import { createTransport } from './providers/transport/transport.ts';
import { createProviderClient, type ProviderClient } from './routing/provider-client.ts';
import { shareBreakers } from './routing/share-breakers.ts';
import { createCostAlertsService } from './spending/cost-alerts.service.ts';
import { createCostAlertsStore } from './spending/cost-alerts.store.ts';
import { createPlatformCostsService } from './spending/platform-costs.service.ts';
import { createPlatformCostsStore } from './spending/platform-costs.store.ts';
import { spendingRoutes } from './spending/routes.ts';
import { createSpendingService } from './spending/spending.service.ts';
import { createSpendingStore } from './spending/spending.store.ts';
import { limitsFor, readTierLimits } from './spending/tier-limits.ts';
import { createCacheCounts } from './status/cache-counts.ts';
import { statusRoutes } from './status/routes.ts';
import { createMeters } from './telemetry/meters.ts';
import { spanAttributes } from './telemetry/names.ts';
import { observeCompletions } from './telemetry/observe-completions.ts';
import { recordViolations } from './violations/record-violations.ts';
import { createViolationsStore } from './violations/violations.store.ts';

/** Interval of the tables' maintenance. Partitions are made three months ahead, so a missed round does no harm. */
const maintenanceMs = 6 * 60 * 60 * 1_000;

const dayMs = 24 * 60 * 60 * 1_000;

/** The flag that switches caching on or off for a user. */
const cachingFlag = 'llm_caching';

export const llmRouterService = defineService({
  contract: llmRouterContract,
  variables: llmRouterVariables,
  spanAttributes,
  async compose(kit) {
    const { config, log, lifecycle, metrics, now } = kit;
    const onError = (what: string) => (err: unknown) => log.warn({ err }, what);

    const { db } = openDatabase<Database>('llm-router', kit);
    const connections = openRedis('llm-router', kit);
    const { redis, keys, waiting } = connections;

    const ledger = createLedgerStore(db);
    const alerts = createCostAlertsStore(db);
    const violations = createViolationsStore(db);
    const drains = [
      drainIntoTable(llmUsage, { redis: waiting('ledger'), keys, insert: ledger.insert, log }),
      drainIntoTable(costAlert, { redis: waiting('alerts'), keys, insert: alerts.insert, log }),
      drainIntoTable(rateLimitViolation, {
        redis: waiting('violations'),
        keys,
        insert: violations.insert,
        log,
      }),
    ];
    for (const drain of drains) lifecycle.onStop('drain', 'journal', drain.stop);
    lifecycle.every('ledger: partition maintenance', maintenanceMs, () =>
      maintainPartitions({
        store: ledger,
        retentionMonths: config.LLM_USAGE_RETENTION_MONTHS,
        onDropped: (partitions) => log.info({ partitions }, 'ledger: partitions past retention dropped'),
      }),
    );
    lifecycle.every('rate limit violations: deletion past retention', maintenanceMs, (signal) =>
      violations.deleteBefore(new Date(now() - config.RATE_LIMIT_VIOLATION_RETENTION_DAYS * dayMs), signal),
    );

    const flagService = createClient(featureFlagsContract, {
      baseUrl: config.FEATURE_FLAGS_URL,
      sign: createInternalSigner({
        issuer: 'llm-router',
        key: await importSigningKey(config.INTERNAL_SIGNING_KEY),
        now,
      }),
    });
    lifecycle.onStop('close', 'client of feature-flags', flagService.close);
    const flags = createFlags({
      client: flagService.call,
      redis: waiting('flags'),
      keys,
      service: 'llm-router',
      onError: onError('the flags could not be renewed: the last known ones stay'),
    });
    lifecycle.onStop('intake', 'flags', flags.stop);

    const clients = configuredProviders(config).map((provider) =>
      createProviderClient({
        provider,
        transport: createTransport(provider, { connections: config.LLM_PROVIDER_CONCURRENCY, now }),
        concurrency: config.LLM_PROVIDER_CONCURRENCY,
        queue: config.LLM_PROVIDER_QUEUE,
      }),
    );
    for (const client of clients) lifecycle.onStop('close', client.provider.id, client.close);
    const breakers = shareBreakers({
      clients,
      redis,
      waiting: waiting('breakers'),
      keys,
      now,
      onError: onError('other replicas could not be told of a breaker, or asked'),
    });

    const meters = createMeters(
      metrics,
      clients.flatMap(({ provider }) => modelsOf(provider)),
    );
    meters.watchBreakers(() => clients.flatMap(breakerReadings));
    meters.watchSlots(() => clients.map((client) => ({ provider: client.provider.id, ...client.load() })));
    const cacheCounts = createCacheCounts();
    const noted = createBestEffortJournal(rateLimitViolation, {
      redis,
      keys,
      now,
      onError: onError('rate limit violations: recording failed'),
    });

    const audit = createAuditJournal({
      redis,
      keys,
      maxLength: config.JOURNAL_MAX_LENGTH,
      factOf: createAuditFacts({ newId: createIds(now), now }),
    });
    const spent = createSpentSource({ redis, keys, store: ledger });
    const admission = await composeAdmission(kit, connections, {
      spent,
      onExpired(calls) {
        log.warn({ calls }, 'admission: calls of crashed processes settled as lost');
        for (let call = 0; call < calls; call += 1) meters.leaseLost();
      },
    });
    const platformBudget = config.PLATFORM_BUDGET_PER_DAY;
    const tiers = readTierLimits(
      config.LLM_TIERS,
      platformBudget === undefined ? undefined : toNanos(platformBudget),
    );
    const { complete, stream } = composeCompletions(kit, {
      clients,
      admission,
      rules: {
        limits: (user, model, tokens) => limitsFor(tiers, user, model, tokens),
        budgets: ({ tier }) => tiers[tier].budgets,
        thresholds: ({ tier }) => tiers[tier].thresholds,
      },
      isCachingOn: (user) =>
        config.LLM_CACHE_ENABLED && flags.isEnabled(cachingFlag, userContext(user), true),
      insert: ledger.insert,
      observer: recordViolations(cacheCounts.counting(observeCompletions(meters)), noted, now),
      onPending: meters.journalFallback,
    });

    return {
      authenticate: await internalTokenAuthenticator(llmRouterContract, config.INTERNAL_PUBLIC_KEYS, now),
      // Nothing is indispensable: without PostgreSQL usage waits in the journal, without Redis a little may be spent.
      probes: {},
      routes: implement(llmRouterContract, {
        chat: chatHandler(createChatService(complete, stream, config.LLM_DEFAULT_MODEL)),
        createChatCompletion: createChatCompletionHandler(complete, stream),
        listModels: listModelsHandler(clients.map(({ provider }) => provider)),
        ...statusRoutes({
          clients,
          cacheCounts,
          since: new Date(now()).toISOString(),
          breakerStates: () => clients.flatMap(breakerReadings),
          audit,
          resetBreakers: breakers.reset,
          clearCache: admission.cache.clear,
        }),
        ...spendingRoutes(
          createSpendingService(createSpendingStore(db), tiers, now),
          createCostAlertsService(alerts),
          createPlatformCostsService(createPlatformCostsStore(db), now),
        ),
      }),
    };
  },
});

/** The names by which a provider is asked for models that are configured. */
function modelsOf(provider: Provider): string[] {
  const { models, fallbackModel } = provider;
  const own = models.map((model) => ownModelName(provider, model));
  return fallbackModel === undefined ? own : [...own, fallbackModel];
}

function breakerReadings({ provider, breakers }: ProviderClient) {
  return Object.entries(breakers.states()).map(([model, state]) => ({ provider: provider.id, model, state }));
}
