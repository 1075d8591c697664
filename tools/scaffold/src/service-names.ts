import { serviceTable } from '@valuecanvas/contracts-core';

/** A refusal to add a service. The message is one sentence for the user of the command. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError';
}

/** The names of a new service, in the forms that files need. */
export interface ServiceNames {
  /** kebab-case: `report-builder`. */
  readonly name: string;
  /** camelCase: `reportBuilder`. */
  readonly camel: string;
  /** snake_case: `report_builder`. */
  readonly snake: string;
  readonly port: number;
  readonly internalPort: number;
  /** Timestamp of the migration: `20261201120000`. */
  readonly timestamp: string;
}

/** The names of a service that does not exist yet, with the next free ports. Throws ScaffoldError. */
export function namesOf(name: string, now: Date): ServiceNames {
  if (!/^[a-z]+(-[a-z]+)*$/.test(name)) {
    throw new ScaffoldError(`"${name}" is not a name in kebab case, like report-builder.`);
  }
  if (name in serviceTable) throw new ScaffoldError(`The service ${name} already exists.`);
  const entries = Object.values(serviceTable);
  return {
    name,
    camel: name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    snake: name.replaceAll('-', '_'),
    port: Math.max(...entries.map(({ port }) => port)) + 1,
    internalPort: Math.max(...entries.map(({ internalPort }) => internalPort)) + 1,
    timestamp: now.toISOString().replaceAll(/\D/g, '').slice(0, 14),
  };
}
