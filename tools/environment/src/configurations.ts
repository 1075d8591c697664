import type { ServiceName } from '@valuecanvas/contracts-core';
import { ConfigError, configSources, type Environment, parseConfig } from '@valuecanvas/service-kit';
import type { Result } from './check.ts';
import { serviceEnvironment } from './service-environment.ts';
import { readSchemas } from './service-variables.ts';

/** The configuration that a service would start with. Values are those of its schema. */
export interface Configuration {
  readonly service: ServiceName;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The configuration of a service, or the faults for which it would not start. */
export type Reading = { readonly service: ServiceName } & (
  | { readonly configuration: Configuration; readonly set: number }
  | { readonly configuration?: undefined; readonly faults: readonly string[] }
);

/** Reads a service's variables as the service does: from the environment, from files and from Secrets Manager. */
export async function readConfiguration(service: ServiceName, environment: Environment): Promise<Reading> {
  const variables = await readSchemas(service);
  try {
    const found = await configSources(variables, serviceEnvironment(service, environment)).read();
    const values = parseConfig(variables, found);
    const set = Object.keys(variables).filter((name) => found[name] !== undefined).length;
    return { service, configuration: { service, values }, set };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { service, faults: error.faults };
  }
}

/** A row for each service that would start, and one for each fault with the services that have it. */
export function describeReadings(readings: readonly Reading[]): Result[] {
  const faults = readings.flatMap((reading) =>
    reading.configuration ? [] : reading.faults.map((fault) => ({ fault, service: reading.service })),
  );
  return [
    ...readings.flatMap((reading): Result[] =>
      reading.configuration
        ? [
            {
              what: `variables of ${reading.service}`,
              state: 'ok',
              detail: `valid: ${reading.set} of ${Object.keys(reading.configuration.values).length} set, defaults for the others`,
            },
          ]
        : [],
    ),
    ...[...Map.groupBy(faults, ({ fault }) => fault)].map(
      ([fault, group]): Result => ({
        what: 'variables',
        state: 'failed',
        detail: fault,
        todo: `Needed by ${group.map(({ service }) => service).join(', ')}.`,
      }),
    ),
  ];
}

/** Returns the text of a variable, or undefined if it is not set. */
export function textOf({ values }: Configuration, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Groups services by the value of a variable, which is then checked once. */
export function servicesByValue(
  configurations: readonly Configuration[],
  name: string,
): { readonly value: string; readonly configurations: readonly Configuration[] }[] {
  const set = configurations.filter((configuration) => textOf(configuration, name) !== undefined);
  return [...Map.groupBy(set, (configuration) => textOf(configuration, name) ?? '')].map(
    ([value, group]) => ({ value, configurations: group }),
  );
}
