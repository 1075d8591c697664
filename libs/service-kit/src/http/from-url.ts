import type { TObject, TSchema } from 'typebox';

type Values = Record<string, unknown>;
type Step = (values: Values) => void;

/**
 * Converts the texts of a query or path to the types of their schema, and fills in defaults. Text that cannot be
 * converted stays as it is, and validation rejects it. A schema of plain strings costs nothing.
 */
export function fromUrl(schema: TSchema): (values: Values) => Values {
  const properties = Object.entries((schema as TObject).properties ?? {});
  const steps = properties.flatMap(([name, property]) => stepsOf(name, property));
  return (values) => {
    for (const step of steps) step(values);
    return values;
  };
}

function stepsOf(name: string, schema: TSchema): Step[] {
  const { type, default: fallback } = schema as { type?: unknown; default?: unknown };
  const convert = conversions[String(type)];
  return [
    ...(convert ? [(values: Values) => replace(values, name, convert)] : []),
    ...(fallback === undefined ? [] : [(values: Values) => fill(values, name, fallback)]),
  ];
}

function replace(values: Values, name: string, convert: (text: string) => unknown): void {
  const text = values[name];
  if (typeof text === 'string') values[name] = convert(text);
}

function fill(values: Values, name: string, fallback: unknown): void {
  if (values[name] === undefined) values[name] = fallback;
}

const toNumber = (text: string) => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

const conversions: Readonly<Record<string, (text: string) => unknown>> = {
  integer: toNumber,
  number: toNumber,
  boolean: (text) => ({ true: true, false: false })[text] ?? text,
};
