import { ConfigError } from '@valuecanvas/service-kit';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';

/** Parses a variable that holds JSON. Throws ConfigError with all faults. */
export function readJsonSetting<Schema extends TSchema>(
  name: string,
  schema: Schema,
  json: string,
): Static<Schema> {
  const value = parsed(name, json);
  const faults = Value.Errors(schema, value).flatMap(({ keyword, instancePath, message }) => {
    // Reported a second time for each unknown property.
    if (keyword === 'additionalProperties') return [];
    return [`${pathOf(name, instancePath)} ${keyword === 'boolean' ? 'is not known' : message}`];
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return value as Static<Schema>;
}

function parsed(name: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ConfigError([`${name} is not JSON: ${(error as Error).message}`]);
  }
}

/** Converts a JSON pointer (RFC 6901). */
function pathOf(name: string, pointer: string): string {
  const steps = pointer.split('/').slice(1);
  return [name, ...steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))].join('.');
}
