import { canvasContract } from '@valuecanvas/contracts-canvas';
import type { Contract } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';

/** The contracts of all services. */
export const contracts: readonly Contract[] = [
  gatewayContract,
  canvasContract,
  llmRouterContract,
  promptRegistryContract,
  featureFlagsContract,
  jobWorkerContract,
];
