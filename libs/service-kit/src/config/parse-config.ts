import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';
import Value from 'typebox/value';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables of a service: one TypeBox schema per variable, keyed by the variable's name. */
export type ConfigOf<P extends TProperties> = Readonly<Static<TObject<P>>>;

/** Reports every invalid variable of an environment, one sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`Invalid configuration:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Reads, converts and checks every variable once. An empty value counts as absent.
 * Throws one ConfigError that lists all invalid variables. Values of variables marked `secret` are never repeated.
 * An optional variable marked `requiredWithout` another one is required if that one is absent.
 */
export function parseConfig<P extends TProperties>(variables: P, environment: Environment): ConfigOf<P> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(variables)) {
    const text = environment[name]?.trim();
    const value = text ? fromText(schema, text) : defaultOf(schema);
    if (value === undefined) {
      const need = needOf(schema, environment);
      if (need) faults.push(`${name} is ${need}: ${descriptionOf(schema)}`);
      continue;
    }
    const problem = Value.Errors(schema, value)[0];
    if (problem) faults.push(`${name} ${problem.message}${quoted(schema, text)}: ${descriptionOf(schema)}`);
    values[name] = Array.isArray(value) ? Object.freeze([...value]) : value;
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(values) as ConfigOf<P>;
}

function fromText(schema: TSchema, text: string): unknown {
  switch (typeOf(schema)) {
    case 'integer':
    case 'number':
      return Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return { true: true, '1': true, false: false, '0': false }[text.toLowerCase()] ?? text;
    case 'array':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    default:
      return text;
  }
}

/** Returns `required`, with the condition if the schema names a variable that replaces this one. */
function needOf(schema: TSchema, environment: Environment): string | undefined {
  const { requiredWithout } = schema as { requiredWithout?: string };
  if (requiredWithout === undefined) return Type.IsOptional(schema) ? undefined : 'required';
  return environment[requiredWithout]?.trim() ? undefined : `required without ${requiredWithout}`;
}

function typeOf(schema: TSchema): unknown {
  return (schema as { type?: unknown }).type;
}

function defaultOf(schema: TSchema): unknown {
  return (schema as { default?: unknown }).default;
}

function descriptionOf(schema: TSchema): string {
  return (schema as { description?: string }).description ?? 'no description';
}

function quoted(schema: TSchema, text: string | undefined): string {
  return (schema as { secret?: boolean }).secret ? '' : ` (got "${text}")`;
}
