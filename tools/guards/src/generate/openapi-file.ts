import { canvasContract } from '@valuecanvas/contracts-canvas';
import type { Contract } from '@valuecanvas/contracts-core';
import { featureFlagsContract } from '@valuecanvas/contracts-feature-flags';
import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { root } from '../root.ts';

const contracts: readonly Contract[] = [
  gatewayContract,
  canvasContract,
  llmRouterContract,
  promptRegistryContract,
  featureFlagsContract,
  jobWorkerContract,
];

interface OpenApiModule {
  writeOpenApi(contracts: readonly Contract[], version: string): { readonly json: string };
}

/** The text of docs/openapi.json: what the gateway answers at /api/openapi.json, indented. */
export async function openApiFile(version: string): Promise<string> {
  const gateway: OpenApiModule = await import(`${root}apps/gateway/src/platform/openapi-document.ts`);
  return `${JSON.stringify(JSON.parse(gateway.writeOpenApi(contracts, version).json), undefined, 2)}\n`;
}
