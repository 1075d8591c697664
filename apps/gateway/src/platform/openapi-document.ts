import { type Contract, toOpenApi } from '@valuecanvas/contracts-core';
import { stringify } from 'yaml';

/** The public API of the whole platform, written out once. */
export interface OpenApiTexts {
  readonly json: string;
  readonly yaml: string;
}

export function writeOpenApi(contracts: readonly Contract[], version: string): OpenApiTexts {
  const document = toOpenApi(contracts, {
    title: 'ValueCanvas',
    version,
    description: 'Business model canvases, and the LLM platform underneath.',
  });
  return { json: JSON.stringify(document), yaml: stringify(document, { aliasDuplicateObjects: false }) };
}
