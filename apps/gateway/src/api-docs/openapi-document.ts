import { toOpenApi } from '@valuecanvas/contracts-core';
import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { stringify } from 'yaml';
import { upstreamContracts } from '../upstreams.ts';

/** The OpenAPI document of the whole platform, as JSON and YAML. */
export interface OpenApiTexts {
  readonly json: string;
  readonly yaml: string;
}

/** Generates the OpenAPI document of all public routes. `version` is the version of the platform. */
export function writeOpenApi(version: string): OpenApiTexts {
  const document = toOpenApi([gatewayContract, ...Object.values(upstreamContracts)], {
    title: 'ValueCanvas',
    version,
    description: 'Business model canvases and the LLM platform that serves them.',
  });
  return { json: JSON.stringify(document), yaml: stringify(document, { aliasDuplicateObjects: false }) };
}
