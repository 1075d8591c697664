import { sections } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { type PromptSnapshot, promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import {
  type ServiceProcess,
  startServiceProcess,
  stubService,
  type TestBackends,
} from '@valuecanvas/testing';
import { onTestFinished } from 'vitest';
import { facts } from './performers.ts';

export interface CanvasInTest extends ServiceProcess {
  /** Idempotency keys of the router's calls that ask a model, oldest first. */
  readonly routerKeys: readonly (string | undefined)[];
  /** Idempotency keys whose stored answer the router was asked for. */
  readonly recoveredKeys: readonly (string | undefined)[];
}

const content = JSON.stringify(Object.fromEntries(sections.map((section) => [section, [`A ${section}`]])));

/** Starts the real canvas service. Its model answers at once, or when `answered` resolves. */
export async function startCanvas(
  backends: TestBackends,
  answered: (earlier: number) => Promise<void> | void = () => undefined,
): Promise<CanvasInTest> {
  const { database, identities } = backends;
  const prompts = await database.query<PromptSnapshot['prompts'][number]>(
    `select id as "versionId", prompt_key as "promptKey", version, template, variables, metadata
       from prompt_versions where status = 'active'`,
  );
  const routerKeys: (string | undefined)[] = [];
  const recoveredKeys: (string | undefined)[] = [];
  const answeredKeys = new Set<string | undefined>();
  const [router, registry, flags] = await Promise.all([
    stubService(
      llmRouterContract,
      {
        chat: async ({ idempotencyKey, storedAnswerOnly }) => {
          if (storedAnswerOnly) {
            recoveredKeys.push(idempotencyKey);
            if (!answeredKeys.has(idempotencyKey)) throw new AppError('NOT_FOUND');
          } else {
            await answered(routerKeys.push(idempotencyKey) - 1);
            answeredKeys.add(idempotencyKey);
          }
          return { ...facts, content, finishReason: 'stop' };
        },
      },
      identities,
    ),
    stubService(promptRegistryContract, { getPromptSnapshot: () => ({ version: '1', prompts }) }, identities),
    stubService(featureFlagsContract, { getFlagSnapshot: () => ({ version: '1', flags: [] }) }, identities),
  ]);
  onTestFinished(async () => {
    await Promise.all([router.stop(), registry.stop(), flags.stop()]);
  });
  const canvas = await startServiceProcess('canvas', {
    ...backends.processEnvironmentOf('canvas'),
    LLM_ROUTER_URL: router.url,
    PROMPT_REGISTRY_URL: registry.url,
    FEATURE_FLAGS_URL: flags.url,
  });
  return { ...canvas, routerKeys, recoveredKeys };
}
