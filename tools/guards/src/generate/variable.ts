import Type, { type TSchema } from 'typebox';

/** What the documentation says of one environment variable. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The variable without which it is required; undefined where it always is, or never. */
  readonly requiredWithout: string | undefined;
  /** As it is written in an environment; undefined where there is none. */
  readonly fallback: string | undefined;
  readonly secret: boolean;
}

interface Annotations {
  readonly description?: string;
  readonly default?: unknown;
  readonly secret?: boolean;
  readonly requiredWithout?: string;
}

/** Reads a variable out of the schema that a service parses it with. Throws where it has no description. */
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
