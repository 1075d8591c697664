import { AppError, hasTaggedUnion, narrowTaggedUnions, nullReader } from '@valuecanvas/contracts-core';
import type { FastifySchema, FastifySchemaCompiler } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import Value from 'typebox/value';

/** Maximum number of errors per response. TypeBox stops after eight, but one of them can name many fields. */
const maxDetails = 20;

type Result = { value: unknown } | { error: Error };

/**
 * Compiles TypeBox schemas for Fastify. Text from the URL is converted to the type of its schema. Of a body only null is
 * converted, for an optional field that does not admit it. Errors become VALIDATION_FAILED with one detail per field.
 */
export const validatorCompiler: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema as TSchema);
  const errorsOf = hasTaggedUnion(schema as TSchema)
    ? (value: unknown) => Value.Errors(narrowTaggedUnions(schema as TSchema, value), value)
    : (value: unknown) => validator.Errors(value);
  const check = (value: unknown): Result =>
    validator.Check(value) ? { value } : { error: validationError(errorsOf(value)) };
  if (httpPart === 'body') return checkBody(nullReader(schema as TSchema), check);
  if (httpPart !== 'querystring' && httpPart !== 'params') return check;
  const convert = fromUrl(schema as TSchema);
  return (values) => {
    const texts = values as Record<string, unknown>;
    for (const name in texts) if (hasNul(texts[name])) return { error: nulInUrl() };
    return check(convert(texts));
  };
};

const checkBody = (readNulls: ReturnType<typeof nullReader>, check: (value: unknown) => Result) =>
  readNulls === undefined
    ? check
    : (value: unknown) => {
        readNulls(value);
        return check(value);
      };

/** PostgreSQL cannot store NUL in text. */
const hasNul = (value: unknown) => typeof value === 'string' && value.includes('\0');

const nulInUrl = () =>
  new AppError('VALIDATION_FAILED', {
    details: [{ path: '', message: 'must not contain the NUL character' }],
  });

function validationError(errors: readonly TLocalizedValidationError[]): AppError {
  const details = errors.flatMap(detailsOf).slice(0, maxDetails);
  return new AppError('VALIDATION_FAILED', { details });
}

interface Detail {
  readonly path: string;
  readonly message: string;
}

function detailsOf(error: TLocalizedValidationError): Detail[] {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const at = (name: string) => (path ? `${path}.${name}` : name);
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({ path: at(name), message: 'is required' }));
    // TypeBox reports each unknown field like this, and then all of them again as additionalProperties.
    case 'boolean':
      return [{ path, message: 'is not a known field' }];
    case 'additionalProperties':
      return [];
    case 'const':
      return [{ path, message: `must be ${JSON.stringify(error.params.allowedValue)}` }];
    case 'enum':
      return [{ path, message: `must be one of ${error.params.allowedValues.join(', ')}` }];
    default:
      return [{ path, message: error.message }];
  }
}

type Values = Record<string, unknown>;
type Step = (values: Values) => void;

/**
 * Converts the texts of a query or path to the types of their schema, and fills in defaults. Text that cannot be
 * converted stays as it is, and validation rejects it. A schema of plain strings costs nothing.
 */
function fromUrl(schema: TSchema): (values: Values) => Values {
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
