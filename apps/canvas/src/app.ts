import { canvasContract } from '@valuecanvas/contracts-canvas';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptExecution, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createFlags } from '@valuecanvas/flags-sdk';
import { createClient } from '@valuecanvas/http-client';
import { openIdempotency } from '@valuecanvas/idempotency';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { createJournal } from '@valuecanvas/journal';
import { openDatabase } from '@valuecanvas/postgres';
import { createPrompts, type Prompts } from '@valuecanvas/prompts-sdk';
import { openRedis } from '@valuecanvas/redis';
import { defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { createCanvasStore } from './canvases/canvas.store.ts';
import { createCanvasesService } from './canvases/canvases.service.ts';
import { canvasRoutes } from './canvases/routes.ts';
import { canvasVariables } from './config.ts';
import type { Database } from './db.ts';
import { createAskModel } from './generation/ask-model.ts';
import { createGenerationService } from './generation/generation.service.ts';
import { generationRoutes } from './generation/routes.ts';

/** Time that the start waits for prompts and flags, so that they are available to the first requests. */
const firstSnapshotMs = 1_000;

export const canvasService = defineService({
  contract: canvasContract,
  variables: canvasVariables,
  async compose(kit) {
    const { config, log, lifecycle, now } = kit;
    const onError = (part: string) => (err: unknown) =>
      log.warn({ err, part }, 'canvas: a part of the platform is unavailable');

    const database = openDatabase<Database>('canvas', kit);
    const { redis, keys, waiting } = openRedis('canvas', kit);

    const sign = createInternalSigner({
      issuer: 'canvas',
      key: await importSigningKey(config.INTERNAL_SIGNING_KEY),
      now,
    });
    const router = createClient(llmRouterContract, { baseUrl: config.LLM_ROUTER_URL, sign });
    const registry = createClient(promptRegistryContract, { baseUrl: config.PROMPT_REGISTRY_URL, sign });
    const flagService = createClient(featureFlagsContract, { baseUrl: config.FEATURE_FLAGS_URL, sign });
    for (const client of [router, registry, flagService]) lifecycle.onStop('close', 'client', client.close);

    const prompts = createPrompts({
      client: registry.call,
      redis: waiting('prompts'),
      keys,
      service: 'canvas',
      onError: onError('prompt-registry'),
    });
    const flags = createFlags({
      client: flagService.call,
      redis: waiting('flags'),
      keys,
      service: 'canvas',
      onError: onError('feature-flags'),
    });
    lifecycle.onStop('intake', 'prompts', prompts.stop);
    lifecycle.onStop('intake', 'flags', flags.stop);

    // The service also starts without them and keeps fetching them.
    await Promise.all([prompts.ready(firstSnapshotMs), flags.ready(firstSnapshotMs)]);

    const store = createCanvasStore(database.db);
    const canvases = createCanvasesService(store);
    const ask = createAskModel({
      prompts,
      flags,
      router: router.call,
      executions: createJournal(promptExecution, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH }),
      onLostExecution: onError('journal'),
    });
    const generation = createGenerationService({ ask, store, canvases });

    return {
      authenticate: await internalTokenAuthenticator(canvasContract, config.INTERNAL_PUBLIC_KEYS, now),
      probes: { postgres: database.ping, prompts: () => firstPrompts(prompts) },
      routes: implement(
        canvasContract,
        { ...canvasRoutes(canvases), ...generationRoutes(generation) },
        openIdempotency(database.db, kit),
      ),
    };
  },
});

/** Until the first prompts have arrived, nothing can be generated. After that, the last known ones are used. */
async function firstPrompts(prompts: Prompts): Promise<void> {
  if (!(await prompts.ready(1_000))) throw new Error('no prompts have been loaded yet');
}
