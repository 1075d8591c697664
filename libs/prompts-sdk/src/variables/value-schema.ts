import type { PromptValue } from '@valuecanvas/contracts-prompt-registry';
import { Check, Errors } from 'typebox/schema';

/** JSON Schema of a variable's value. */
export type ValueSchema = Readonly<Record<string, unknown>>;

/** Maximum size of a value's schema as JSON. */
const maxSchemaLength = 10_000;

const schemaOrBoolean = { anyOf: [{ $ref: '#' }, { type: 'boolean' }] };
const schemas = { type: 'array', minItems: 1, maxItems: 20, items: { $ref: '#' } };
const length = { type: 'integer', minimum: 0 };
const typeName = { enum: ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] };

/**
 * Schema of the schemas that variables may have. It has neither `$ref`, whose target another schema would hold, nor `pattern`,
 * whose evaluation can take exponential time, nor `format`, whose meaning differs between validators.
 */
const metaSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    default: {},
    examples: { type: 'array' },
    type: { anyOf: [typeName, { type: 'array', minItems: 1, items: typeName }] },
    enum: { type: 'array', minItems: 1 },
    const: {},
    minLength: length,
    maxLength: length,
    minimum: { type: 'number' },
    maximum: { type: 'number' },
    exclusiveMinimum: { type: 'number' },
    exclusiveMaximum: { type: 'number' },
    multipleOf: { type: 'number', exclusiveMinimum: 0 },
    items: { $ref: '#' },
    minItems: length,
    maxItems: length,
    uniqueItems: { type: 'boolean' },
    properties: { type: 'object', additionalProperties: { $ref: '#' } },
    required: { type: 'array', items: { type: 'string' } },
    additionalProperties: schemaOrBoolean,
    minProperties: length,
    maxProperties: length,
    anyOf: schemas,
    oneOf: schemas,
    allOf: schemas,
    not: { $ref: '#' },
  },
} as const;

/** Describes the first error of a value's schema. Returns undefined for a valid one. */
export function valueSchemaFault(schema: ValueSchema): string | undefined {
  if (JSON.stringify(schema).length > maxSchemaLength)
    return `must have at most ${maxSchemaLength} characters as JSON`;
  return firstError(metaSchema, schema)?.replace(/^\/(.+) schema is false$/, 'must not have the keyword $1');
}

/** Describes the first error of a value. Without a schema, the value must be a text. Returns undefined for a valid value. */
export function valueFault(schema: ValueSchema | undefined, value: PromptValue): string | undefined {
  if (!schema) return typeof value === 'string' ? undefined : 'must be string';
  return Check(schema, value) ? undefined : firstError(schema, value);
}

function firstError(schema: ValueSchema, value: unknown): string | undefined {
  const [isValid, errors] = Errors(schema, value);
  if (isValid) return undefined;
  const [error] = errors;
  if (!error) return 'does not match its schema';
  return `${error.instancePath}${error.instancePath && ' '}${error.message}`;
}
