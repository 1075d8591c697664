import { toOpenApi } from '@valuecanvas/contracts-core';
import { gatewayContract } from '@valuecanvas/contracts-gateway';
import { stringify } from 'yaml';
import { upstreamContracts } from '../upstreams.ts';

/** Generates the OpenAPI document of all public routes. `version` is the version of the platform. */
export function openApiDocument(version: string): object {
  return toOpenApi([gatewayContract, ...Object.values(upstreamContracts)], {
    title: 'ValueCanvas',
    version,
    description:
      'Business model canvases and the LLM platform that serves them. In request bodies, null counts as empty text for an optional text that may be empty, and as absent for any other optional field.',
  });
}

export function toYaml(document: object): string {
  return stringify(document, { aliasDuplicateObjects: false });
}
