import { ApiError } from '../../http/api-error.ts';
import { isObject, type JsonObject } from '../../json.ts';

/** A JSON schema: an object, true (any value) or false (no value). */
export type Schema = JsonObject | boolean;

/** Keywords that the builder does not support. It refuses them instead of ignoring them. */
const unsupported: readonly string[] = [
  'pattern',
  'uniqueItems',
  'allOf',
  'not',
  'if',
  'contains',
  'prefixItems',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'dependentSchemas',
];

/** The value as a schema. Throws an ApiError 400 for an invalid schema or an unsupported keyword. */
export function asSchema(value: unknown): Schema {
  if (typeof value === 'boolean') return value;
  if (!isObject(value)) throw unsatisfiable('it is neither an object nor a boolean');
  const keyword = unsupported.find((name) => value[name] !== undefined && value[name] !== false);
  if (keyword) throw unsatisfiable(`the simulator does not support '${keyword}'`);
  return value;
}

/** The schema that a local reference (`#`, `#/$defs/…`) points to. */
export function resolveReference(root: Schema, reference: string): Schema {
  const steps = reference.split('/').slice(1).map(unescaped);
  const found = steps.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), root);
  if (reference.startsWith('#') && found !== undefined) return asSchema(found);
  throw unsatisfiable(`'${reference}' points to nothing in it`);
}

/** The error for a schema that the simulator cannot satisfy. */
export function unsatisfiable(why: string): ApiError {
  return new ApiError(400, `The JSON schema cannot be satisfied: ${why}.`, { code: 'invalid_schema' });
}

/** The branches of `anyOf` or `oneOf`, each merged with its sibling keywords. Null without branches. */
export function branchesOf(schema: JsonObject): readonly Schema[] | null {
  const { anyOf, oneOf, ...rest } = schema;
  const branches = anyOf ?? oneOf;
  return Array.isArray(branches) ? branches.map((branch) => merged(rest, asSchema(branch))) : null;
}

function merged(base: JsonObject, branch: Schema): Schema {
  if (branch === false) return false;
  if (branch === true || Object.keys(base).length === 0) return branch === true ? base : branch;
  const properties = { ...objectAt(base, 'properties'), ...objectAt(branch, 'properties') };
  const required = [...listAt(base, 'required'), ...listAt(branch, 'required')];
  return {
    ...base,
    ...branch,
    ...(required.length > 0 && { required }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

/** An object-valued keyword, or an empty object if it is absent. */
export function objectAt(schema: JsonObject, keyword: string): JsonObject {
  const value = schema[keyword];
  return isObject(value) ? value : {};
}

/** A list-valued keyword, or an empty list if it is absent. */
export function listAt(schema: JsonObject, keyword: string): readonly unknown[] {
  const value = schema[keyword];
  return Array.isArray(value) ? value : [];
}

/** A number-valued keyword, or the fallback. */
export function numberAt(schema: JsonObject, keyword: string, fallback: number): number {
  const value = schema[keyword];
  return typeof value === 'number' ? value : fallback;
}

function unescaped(step: string): string {
  return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
}
