import type { AuditFacts } from '@valuecanvas/contracts-core';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { openQueue } from '@valuecanvas/queue';
import type { Kit } from '@valuecanvas/service-kit';
import type { Kysely } from 'kysely';
import type { PromptRegistryConfig } from '../config.ts';
import { createDatasetsService } from '../datasets/datasets.service.ts';
import { createDatasetsStore } from '../datasets/datasets.store.ts';
import { datasetRoutes } from '../datasets/routes.ts';
import type { Database } from '../db.ts';
import type { EmbedsService } from '../embeds/embeds.service.ts';
import { createGatesService } from '../gates/gates.service.ts';
import { createGatesStore } from '../gates/gates.store.ts';
import { gateRoutes } from '../gates/routes.ts';
import type { VersionsStore } from '../versions/versions.store.ts';
import { createEvaluateCase } from './evaluate-case.ts';
import { createEvaluationsService } from './evaluations.service.ts';
import { createEvaluationsStore } from './evaluations.store.ts';
import { evaluationRoutes } from './routes.ts';

/** Datasets, runs of versions on them, and gates, with the client of the router that answers and judges. */
export async function composeEvaluations(
  kit: Kit<PromptRegistryConfig>,
  db: Kysely<Database>,
  {
    store: versions,
    embeds,
    factOf,
  }: {
    readonly store: VersionsStore;
    readonly embeds: EmbedsService;
    readonly factOf: AuditFacts;
  },
) {
  const { config, lifecycle, now } = kit;
  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const sign = createInternalSigner({ issuer: 'prompt-registry', key, now });
  const router = createClient(llmRouterContract, { baseUrl: config.LLM_ROUTER_URL, sign });
  lifecycle.onStop('close', 'client of llm-router', router.close);
  const { producer } = openQueue('prompt-registry', kit);

  const datasets = createDatasetsStore(db);
  const store = createEvaluationsStore(db);
  const evaluateCase = createEvaluateCase({
    store,
    versions,
    embeds,
    router: router.call,
    modelDeadlineMs: config.LLM_DEADLINE,
  });
  const evaluations = createEvaluationsService({ store, datasets, versions, producer, factOf });
  return {
    ...datasetRoutes(createDatasetsService(datasets, factOf)),
    ...evaluationRoutes(evaluations, evaluateCase),
    ...gateRoutes(createGatesService(createGatesStore(db), versions, factOf)),
  };
}
