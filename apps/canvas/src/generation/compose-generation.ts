import type { Canvas } from '@valuecanvas/contracts-canvas';
import { metricCatalogue } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptExecution, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createFlags } from '@valuecanvas/flags-sdk';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { createJournal } from '@valuecanvas/journal';
import { createPrompts, openSnapshotFile } from '@valuecanvas/prompts-sdk';
import type { OpenRedis } from '@valuecanvas/redis';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import type { CanvasConfig } from '../config.ts';
import type { Database } from '../db.ts';
import { type AskModel, createAskModel } from './ask-model.ts';
import { composeKeepOutcome } from './compose-keep-outcome.ts';
import { createGenerationService, type GenerationService } from './generation.service.ts';
import type { KeepOutcome } from './keep-outcome.ts';
import { createReservationStore, createReserve, type Reserve } from './reservations.store.ts';
import { generatedCanvas, unstoredCanvas } from './unstored-canvas.ts';

/** Time that the start waits for prompts and flags, so that they are available to the first requests. */
const firstSnapshotMs = 1_000;

/** Time that a health check waits for the first prompts. */
const probeMs = 1_000;

/** Reservations are left behind by crashes only, so a missed round does no harm. */
const purgeMs = 3_600_000;

/** The generation of canvases, with its prompts, flags and the clients of the services behind it. */
export async function composeGeneration(
  kit: Kit<CanvasConfig>,
  openRedis: OpenRedis,
  { db, canvases }: { readonly db: Kysely<Database>; readonly canvases: CanvasesService },
): Promise<{
  readonly ask: AskModel;
  readonly reserve: Reserve;
  readonly generation: GenerationService;
  readonly probe: () => Promise<void>;
}> {
  const { config, log, lifecycle, metrics, now } = kit;
  const { redis, keys, waiting } = openRedis;
  const onError = (part: string) => (err: unknown) =>
    log.warn({ err, part }, 'canvas: a part of the platform is unavailable');

  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const sign = createInternalSigner({ issuer: 'canvas', key, now });
  const router = createClient(llmRouterContract, { baseUrl: config.LLM_ROUTER_URL, sign });
  const registry = createClient(promptRegistryContract, { baseUrl: config.PROMPT_REGISTRY_URL, sign });
  const flagService = createClient(featureFlagsContract, { baseUrl: config.FEATURE_FLAGS_URL, sign });
  for (const client of [router, registry, flagService]) lifecycle.onStop('close', 'client', client.close);

  const path = config.PROMPTS_SNAPSHOT_FILE;
  const prompts = createPrompts({
    client: registry.call,
    redis: waiting('prompts'),
    keys,
    service: 'canvas',
    onError: onError('prompt-registry'),
    file: path === undefined ? undefined : await openSnapshotFile(path, onError('prompt snapshot file')),
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

  const unservedModels = metrics.counter(metricCatalogue.unservedModels);
  const ask = createAskModel({
    prompts,
    flags,
    router,
    executions: createJournal(promptExecution, { redis, keys, maxLength: config.JOURNAL_MAX_LENGTH }),
    onLostExecution: onError('journal'),
    onUnservedModel({ source, model }) {
      unservedModels.inc({ source });
      log.warn({ source, model }, 'canvas: no provider serves the chosen model, the next choice is used');
    },
  });
  const { reserve, keep } = composeStorage(kit, openRedis, db);
  return {
    ask,
    reserve,
    generation: createGenerationService({ ask, canvases, reserve, keep }),
    /** Until the first prompts have arrived, nothing can be generated. After that, the last known ones are used. */
    async probe() {
      if (!(await prompts.ready(probeMs))) throw new Error('no prompts have been loaded yet');
    },
  };
}

/** The storage of generated canvases: reservations, and the journal for those that PostgreSQL cannot store. */
function composeStorage(
  kit: Kit<CanvasConfig>,
  openRedis: OpenRedis,
  db: Kysely<Database>,
): { readonly reserve: Reserve; readonly keep: KeepOutcome<typeof unstoredCanvas, Canvas> } {
  const reservations = createReservationStore(db);
  kit.lifecycle.every('generation: purge of reservations', purgeMs, reservations.purge);
  return {
    reserve: createReserve(reservations, (err) =>
      kit.log.warn({ err }, 'generation: a reservation could not be removed, it expires'),
    ),
    keep: composeKeepOutcome(kit, openRedis, unstoredCanvas, {
      store: ({ principal }, { id, content, variantOf }, beforeCommit) =>
        reservations.store(principal, id, generatedCanvas({ content, variantOf }), beforeCommit),
      storeLater: reservations.storeLater,
      storedLater:
        'The canvas was generated but cannot be stored at the moment. It will appear in your list of canvases as soon as it is stored.',
    }),
  };
}
