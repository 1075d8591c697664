import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import type { TProperties } from 'typebox';
import { root } from '../root.ts';
import { type Variable, variableOf } from './variable.ts';

/** The variables that one service reads. */
export interface ServiceVariables {
  readonly service: ServiceName;
  readonly variables: readonly Variable[];
}

/** The variables of every service, from the schemas in apps/<service>/src/config.ts. */
export function readServiceVariables(): Promise<ServiceVariables[]> {
  return Promise.all(
    serviceNames.map(async (service) => ({ service, variables: await readVariables(service) })),
  );
}

async function readVariables(service: ServiceName): Promise<Variable[]> {
  const config: Record<string, unknown> = await import(`${root}apps/${service}/src/config.ts`);
  const [schemas] = Object.entries(config).filter(([name]) => name.endsWith('Variables'));
  if (!schemas)
    throw new Error(`apps/${service}/src/config.ts exports nothing whose name ends in Variables.`);
  return Object.entries(schemas[1] as TProperties).map(([name, schema]) => variableOf(name, schema));
}
