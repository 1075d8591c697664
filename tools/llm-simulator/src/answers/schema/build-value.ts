import type { JsonObject } from '../../json.ts';
import { leastDepth } from './depth.ts';
import { fitNumber } from './fit-number.ts';
import { fitText } from './fit-text.ts';
import {
  asSchema,
  branchesOf,
  listAt,
  numberAt,
  objectAt,
  resolveReference,
  type Schema,
  unsatisfiable,
} from './schema.ts';
import type { SchemaWriter } from './schema-writer.ts';

/** From this level on, and inside a repeated reference, only required parts are written. */
const OPTIONAL_LEVELS = 8;

interface Place {
  readonly root: Schema;
  readonly writer: SchemaWriter;
  readonly path: readonly string[];
  readonly ordinal: number;
  readonly record: number;
  readonly level: number;
  readonly references: readonly string[];
}

/**
 * Builds a JSON value that satisfies the schema, with texts from the writer. Throws an ApiError 400 if no value can, or
 * if the schema uses an unsupported keyword. The value satisfies one branch of `oneOf`; the schema has to rule out the
 * others, for example by a discriminating const.
 */
export function buildValue(schema: unknown, writer: SchemaWriter): unknown {
  const root = asSchema(schema);
  if (leastDepth(root, root) === Number.POSITIVE_INFINITY)
    throw unsatisfiable('every value of it is infinite');
  return valueAt(root, { root, writer, path: [], ordinal: 0, record: 0, level: 0, references: [] });
}

function valueAt(schema: Schema, place: Place): unknown {
  if (schema === false) throw unsatisfiable('a part of it is false');
  if (schema === true) return place.writer.text(place.path, place.ordinal, place.record);
  if (typeof schema.$ref === 'string') return referredValue(schema.$ref, place);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) {
    const { writer, path, ordinal, record } = place;
    return writer.choose(path, schema.enum, ordinal, record);
  }
  const branches = branchesOf(schema);
  if (branches) return valueAt(chosenBranch(branches, place), place);
  return typedValue(typeOf(schema), schema, place);
}

function referredValue(reference: string, place: Place): unknown {
  const level = place.references.includes(reference) ? OPTIONAL_LEVELS : place.level;
  const references = [...place.references, reference];
  return valueAt(resolveReference(place.root, reference), { ...place, level, references });
}

function typedValue(type: unknown, schema: JsonObject, place: Place): unknown {
  switch (type) {
    case 'object':
      return objectValue(schema, place);
    case 'array':
      return listValue(schema, place);
    case 'integer':
    case 'number':
      return fitNumber({ ...schema, type }, place.writer.random);
    case 'boolean':
      return place.writer.random() < 0.5;
    case 'null':
      return null;
    case 'string':
      return fitText(place.writer.text(place.path, place.ordinal, place.record), schema);
    default:
      throw unsatisfiable(`'${String(type)}' is not a type`);
  }
}

function typeOf(schema: JsonObject): unknown {
  const { type } = schema;
  if (Array.isArray(type)) return type.find((each) => each !== 'null') ?? 'null';
  if (type !== undefined) return type;
  if (schema.properties !== undefined || schema.required !== undefined) return 'object';
  if (schema.items !== undefined) return 'array';
  return schema.minimum !== undefined || schema.maximum !== undefined ? 'number' : 'string';
}

/** The first branch that a finite value satisfies. Near the depth limit, the shallowest branch. */
function chosenBranch(branches: readonly Schema[], place: Place): Schema {
  const measured = branches.map((branch) => ({ branch, depth: leastDepth(place.root, branch) }));
  const finite = measured.filter(({ depth }) => depth !== Number.POSITIVE_INFINITY);
  const [first] =
    place.level < OPTIONAL_LEVELS ? finite : finite.toSorted((one, other) => one.depth - other.depth);
  if (first) return first.branch;
  throw unsatisfiable('none of its alternatives can be satisfied');
}

function objectValue(schema: JsonObject, place: Place): JsonObject {
  const properties = objectAt(schema, 'properties');
  const required = new Set(listAt(schema, 'required').map(String));
  const optional = Object.keys(properties).filter((name) => isWorthwhile(properties[name], place));
  const names = [...Object.keys(properties), ...required].filter(
    (name) => required.has(name) || optional.includes(name),
  );
  const entries = [...new Set(names)].map((name) => {
    const child = asSchema(
      Object.hasOwn(properties, name) ? properties[name] : (schema.additionalProperties ?? true),
    );
    return [
      name,
      valueAt(child, {
        ...place,
        path: [...place.path, name],
        ordinal: 0,
        record: place.ordinal,
        level: place.level + 1,
      }),
    ];
  });
  return Object.fromEntries(entries);
}

function isWorthwhile(schema: unknown, place: Place): boolean {
  return (
    place.level < OPTIONAL_LEVELS && leastDepth(place.root, asSchema(schema)) !== Number.POSITIVE_INFINITY
  );
}

function listValue(schema: JsonObject, place: Place): readonly unknown[] {
  const least = numberAt(schema, 'minItems', 0);
  const most = numberAt(schema, 'maxItems', Number.POSITIVE_INFINITY);
  if (least > most) throw unsatisfiable('minItems is above maxItems');
  const items = asSchema(schema.items ?? true);
  const wanted = isWorthwhile(items, place) ? place.writer.count(place.path, place.record) : 0;
  const length = Math.min(most, Math.max(least, wanted));
  return Array.from({ length }, (_, ordinal) =>
    valueAt(items, { ...place, ordinal, level: place.level + 1 }),
  );
}
