import { toOpenApi } from '@valuecanvas/contracts-core';
import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { stringify } from 'yaml';
import { upstreamContracts } from '../upstreams.ts';

/** The OpenAPI document of the whole platform, in both of its forms. */
export interface OpenApiTexts {
  readonly json: string;
  readonly yaml: string;
}

/** Writes the public API of all services. `version` is that of the platform. */
export function writeOpenApi(version: string): OpenApiTexts {
  const document = toOpenApi([gatewayContract, ...Object.values(upstreamContracts)], {
    title: 'ValueCanvas',
    version,
    description: 'Business model canvases, and the LLM platform underneath.',
  });
  return { json: JSON.stringify(document), yaml: stringify(document, { aliasDuplicateObjects: false }) };
}
