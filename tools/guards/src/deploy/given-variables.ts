import { ConfigError, parseConfig } from '@valuecanvas/service-kit';
import Type, { type TSchema } from 'typebox';
import type { ServiceFacts } from './service-facts.ts';

/** Where a variable's value stands. */
export type Given =
  | { readonly kind: 'plain'; readonly value: string }
  /** In a Secret, or in another place that is filled at deployment. */
  | { readonly kind: 'reference'; readonly optional: boolean };

export type GivenVariables = ReadonlyMap<string, Given>;

/**
 * Holds the variables that a deployment gives to a service against its schema and against where the other services
 * are: what is wrong, one sentence per variable.
 */
export function variableFaults(
  service: ServiceFacts,
  given: GivenVariables,
  services: readonly ServiceFacts[],
): string[] {
  return [
    ...missing(service, given),
    ...unknown(service, given),
    ...unparsable(service, given),
    ...addressFaults(service, given, services),
  ];
}

/** Variables marked as secret whose value stands in the open. */
export function openSecrets(service: ServiceFacts, given: GivenVariables): string[] {
  return Object.entries(service.variables)
    .filter(([name, schema]) => isSecret(schema) && given.get(name)?.kind === 'plain')
    .map(([name]) => `${name} is a secret and stands in the open: refer to a Secret.`);
}

export function isSecret(schema: TSchema | undefined): boolean {
  return (schema as { secret?: boolean } | undefined)?.secret === true;
}

function missing({ variables }: ServiceFacts, given: GivenVariables): string[] {
  const surely = (name: string) => {
    const found = given.get(name);
    return found?.kind === 'plain' ? found.value !== '' : found?.optional === false;
  };
  return Object.entries(variables)
    .filter(([name, schema]) => isRequired(schema) && !surely(name))
    .map(([name]) => `${name} is required and not given.`);
}

function isRequired(schema: TSchema): boolean {
  return !Type.IsOptional(schema) && (schema as { default?: unknown }).default === undefined;
}

function unknown({ variables }: ServiceFacts, given: GivenVariables): string[] {
  return [...given.keys()]
    .filter((name) => !(name in variables))
    .map((name) => `${name} is given and the service does not read it.`);
}

function unparsable({ variables }: ServiceFacts, given: GivenVariables): string[] {
  const plain = [...given].flatMap(([name, one]) =>
    one.kind === 'plain' ? [[name, one.value] as const] : [],
  );
  const environment = Object.fromEntries(plain);
  const schemas = Object.entries(variables).filter(([name]) => environment[name]);
  try {
    parseConfig(Object.fromEntries(schemas), environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.faults];
    throw error;
  }
}

/** <SERVICE>_URL and <SERVICE>_INTERNAL_URL name the service and its port; a default would be this machine. */
function addressFaults(
  { variables }: ServiceFacts,
  given: GivenVariables,
  services: readonly ServiceFacts[],
): string[] {
  return services.flatMap(({ name, ports }) => {
    const prefix = name.toUpperCase().replaceAll('-', '_');
    const expected = {
      [`${prefix}_URL`]: `http://${name}:${ports.http}`,
      [`${prefix}_INTERNAL_URL`]: `http://${name}:${ports.internal}`,
    };
    return Object.entries(expected)
      .filter(([variable, url]) => variable in variables && plainValue(given, variable) !== url)
      .map(
        ([variable, url]) => `${variable} must be ${url}, not ${plainValue(given, variable) ?? 'absent'}.`,
      );
  });
}

function plainValue(given: GivenVariables, name: string): string | undefined {
  const found = given.get(name);
  return found?.kind === 'plain' ? found.value : undefined;
}
