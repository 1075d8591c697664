import { randomUUID } from 'node:crypto';
import { createAuditFacts } from '@valuecanvas/contracts-core';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { createAuditJournal } from '@valuecanvas/journal';
import { openDatabase } from '@valuecanvas/postgres';
import { openRedis } from '@valuecanvas/redis';
import { createIds, defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { composeAdmission } from './admission/compose-admission.ts';
import { chatHandler } from './chat/chat.handler.ts';
import { createChatService } from './chat/chat.service.ts';
import { platformChatHandler } from './chat/platform-chat.handler.ts';
import { composeCompletions } from './completions/compose-completions.ts';
import { llmRouterVariables } from './config.ts';
import type { Database } from './db.ts';
import { composeFlags } from './flags/compose-flags.ts';
import { composeLedger } from './ledger/compose-ledger.ts';
import { createChatCompletionHandler } from './openai/create-chat-completion.handler.ts';
import { checkModelsHandler, getModelHandler, listModelsHandler } from './openai/models.handlers.ts';
import { composePrompts } from './prompts/compose-prompts.ts';
import { composeProviders } from './routing/compose-providers.ts';
import { composeSpending } from './spending/compose-spending.ts';
import { assertHealthy, statusRoutes } from './status/routes.ts';
import { composeTelemetry } from './telemetry/compose-telemetry.ts';
import { spanAttributes } from './telemetry/names.ts';
import { composeViolations } from './violations/compose-violations.ts';

export const llmRouterService = defineService({
  contract: llmRouterContract,
  variables: llmRouterVariables,
  spanAttributes,
  async compose(kit) {
    const { config, now } = kit;
    const { db } = openDatabase<Database>('llm-router', kit);
    const redis = openRedis('llm-router', kit);

    const factOf = createAuditFacts({ newId: createIds(now), now });
    const ledger = composeLedger(kit, db, redis);
    const spending = composeSpending(kit, db, redis, factOf);
    const recordViolations = composeViolations(kit, db, redis);
    const flags = await composeFlags(kit, redis);
    const prompted = await composePrompts(kit, redis);
    const { clients, breakers } = composeProviders(kit, redis, db);
    const { meters, cacheCounts, observer } = composeTelemetry(kit, clients);
    const admission = await composeAdmission(kit, redis, {
      spent: ledger.spent,
      onLost: meters.leasesLost,
    });
    const { complete, stream, candidates, defaultModel } = composeCompletions(kit, {
      clients,
      admission,
      flags,
      rules: spending.rules,
      insert: ledger.insert,
      observer: recordViolations(observer),
      onPending: meters.journalFallback,
    });
    const audit = createAuditJournal({
      redis: redis.redis,
      keys: redis.keys,
      maxLength: config.JOURNAL_MAX_LENGTH,
      factOf,
    });

    const providers = clients.map(({ provider }) => provider);
    return {
      authenticate: await internalTokenAuthenticator(llmRouterContract, config.INTERNAL_PUBLIC_KEYS, now),
      // No probes: without PostgreSQL, usage waits in the journal. Without Redis, the offline allowance applies.
      probes: {},
      reports: { providers: () => assertHealthy(clients) },
      routes: implement(llmRouterContract, {
        chat: chatHandler(createChatService(complete, stream, { defaultModel, prompted })),
        chatForPlatform: platformChatHandler(complete, { defaultModel }),
        createChatCompletion: createChatCompletionHandler(complete, stream),
        listModels: listModelsHandler(providers),
        getModel: getModelHandler(candidates),
        checkModels: checkModelsHandler(providers, candidates),
        ...statusRoutes({
          clients,
          cacheCounts,
          since: new Date(now()).toISOString(),
          instance: randomUUID().slice(0, 8),
          audit,
          breakers,
          clearCache: admission.cache.clear,
        }),
        ...spending.routes,
      }),
    };
  },
});
