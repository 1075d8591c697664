import Type, { type TSchema } from 'typebox';

/** What the documentation says of one environment variable. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** As it is written in an environment; undefined where there is none. */
  readonly fallback: string | undefined;
  readonly secret: boolean;
}

interface Annotations {
  readonly description?: string;
  readonly default?: unknown;
  readonly secret?: boolean;
}

/** Reads a variable out of the schema that a service parses it with. Throws where it has no description. */
export function variableOf(name: string, schema: TSchema): Variable {
  const { description, default: fallback, secret = false } = schema as Annotations;
  if (!description) throw new Error(`${name} has no description.`);
  return {
    name,
    description,
    required: fallback === undefined && !Type.IsOptional(schema),
    fallback: fallback === undefined ? undefined : String(fallback),
    secret,
  };
}
