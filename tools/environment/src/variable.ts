import Type, { type TSchema } from 'typebox';

/** The documentation of one environment variable. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The variable in whose absence this one is required. Undefined if it is always or never required. */
  readonly requiredWithout: string | undefined;
  /** The default in the form of an environment value, or undefined. */
  readonly fallback: string | undefined;
  readonly secret: boolean;
}

interface Annotations {
  readonly description?: string;
  readonly default?: unknown;
  readonly secret?: boolean;
  readonly requiredWithout?: string;
}

/** Reads a variable's documentation from its schema. Throws if it has no description. */
export function variableOf(name: string, schema: TSchema): Variable {
  const { description, default: fallback, secret = false, requiredWithout } = schema as Annotations;
  if (!description) throw new Error(`${name} has no description.`);
  return {
    name,
    description,
    required: requiredWithout !== undefined || (fallback === undefined && !Type.IsOptional(schema)),
    requiredWithout,
    fallback: fallback === undefined ? undefined : String(fallback),
    secret,
  };
}
