import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import type { TProperties, TSchema } from 'typebox';
import { root } from '../root.ts';

/** What a service's own configuration schema says about how it is deployed. */
export interface ServiceFacts {
  readonly name: ServiceName;
  /** One schema per environment variable. */
  readonly variables: TProperties;
  readonly ports: Ports;
}

export interface Ports {
  readonly http: number;
  readonly internal: number;
}

/** Reads the schemas in apps/<service>/src/config.ts. */
export function readServiceFacts(): Promise<ServiceFacts[]> {
  return Promise.all(serviceNames.map(readFacts));
}

async function readFacts(name: ServiceName): Promise<ServiceFacts> {
  const config: Record<string, unknown> = await import(`${root}apps/${name}/src/config.ts`);
  const [found] = Object.entries(config).filter(([key]) => key.endsWith('Variables'));
  if (!found) throw new Error(`apps/${name}/src/config.ts exports nothing whose name ends in Variables.`);
  const variables = found[1] as TProperties;
  const ports = { http: portOf(variables.PORT), internal: portOf(variables.INTERNAL_PORT) };
  return { name, variables, ports };
}

function portOf(schema: TSchema | undefined): number {
  return (schema as { default?: number } | undefined)?.default ?? 0;
}
