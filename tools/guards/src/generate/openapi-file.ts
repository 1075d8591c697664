import type { Contract } from '@valuecanvas/contracts-core';
import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { root } from '../root.ts';

interface OpenApiModule {
  writeOpenApi(contracts: readonly Contract[], version: string): { readonly json: string };
}

interface UpstreamsModule {
  readonly upstreamContracts: Readonly<Record<string, Contract>>;
}

/** The text of docs/openapi.json: the document that the gateway serves at /api/openapi.json, indented. */
export async function openApiFile(version: string): Promise<string> {
  const { writeOpenApi }: OpenApiModule = await import(
    `${root}apps/gateway/src/platform/openapi-document.ts`
  );
  const { upstreamContracts }: UpstreamsModule = await import(`${root}apps/gateway/src/upstreams.ts`);
  const contracts = [gatewayContract, ...Object.values(upstreamContracts)];
  return `${JSON.stringify(JSON.parse(writeOpenApi(contracts, version).json), undefined, 2)}\n`;
}
