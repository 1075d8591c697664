import { canvasContract } from '@valuecanvas/contracts-canvas';
import type { Contract } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { ConfigOf } from '@valuecanvas/service-kit';
import type { gatewayVariables } from './config.ts';

/** A service behind the gateway. */
export interface Upstream {
  readonly contract: Contract;
  /** Origin that answers its public routes. */
  readonly url: string;
  /** Origin that reports its health. */
  readonly internalUrl: string;
  /** Whether a user's main job, getting a canvas, needs it. */
  readonly essential: boolean;
}

/** Every service that the gateway forwards to. */
export function upstreamsOf(config: ConfigOf<typeof gatewayVariables>): readonly Upstream[] {
  return [
    {
      contract: canvasContract,
      url: config.CANVAS_URL,
      internalUrl: config.CANVAS_INTERNAL_URL,
      essential: true,
    },
    {
      contract: llmRouterContract,
      url: config.LLM_ROUTER_URL,
      internalUrl: config.LLM_ROUTER_INTERNAL_URL,
      essential: true,
    },
    {
      contract: promptRegistryContract,
      url: config.PROMPT_REGISTRY_URL,
      internalUrl: config.PROMPT_REGISTRY_INTERNAL_URL,
      essential: false,
    },
    {
      contract: featureFlagsContract,
      url: config.FEATURE_FLAGS_URL,
      internalUrl: config.FEATURE_FLAGS_INTERNAL_URL,
      essential: false,
    },
    {
      contract: jobWorkerContract,
      url: config.JOB_WORKER_URL,
      internalUrl: config.JOB_WORKER_INTERNAL_URL,
      essential: false,
    },
  ];
}
