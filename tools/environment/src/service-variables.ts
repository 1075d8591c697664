import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import type { TProperties } from 'typebox';
import { type Variable, variableOf } from './variable.ts';

const apps = new URL('../../../apps/', import.meta.url).href;

/** The variables that one service reads. */
export interface ServiceVariables {
  readonly service: ServiceName;
  readonly variables: readonly Variable[];
}

/** The variables of every service, from the schemas in apps/<service>/src/config.ts. */
export function readServiceVariables(): Promise<ServiceVariables[]> {
  return Promise.all(
    serviceNames.map(async (service) => {
      const schemas = Object.entries(await readSchemas(service));
      return { service, variables: schemas.map(([name, schema]) => variableOf(name, schema)) };
    }),
  );
}

/** Returns the schemas of a service's environment. Throws if its config.ts exports none. */
export async function readSchemas(service: ServiceName): Promise<TProperties> {
  const config: Record<string, unknown> = await import(`${apps}${service}/src/config.ts`);
  const found = Object.entries(config).find(([name]) => name.endsWith('Variables'));
  if (!found) throw new Error(`apps/${service}/src/config.ts has no export whose name ends in Variables.`);
  return found[1] as TProperties;
}
