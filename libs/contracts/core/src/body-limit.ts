import type { TSchema } from 'typebox';
import type { RouteDefinition } from './route.ts';

const smallestLimit = 64 * 1024;
const largestLimit = 8 * 1024 * 1024;

/** A character outside the Basic Multilingual Plane as two escaped surrogates, such as `\\ud83d\\ude42`. */
const bytesPerCharacter = 12;

const bytesPerNumber = 32;

/** Bytes of a comma or colon with white space. */
const separator = 4;

/**
 * Returns the maximum size of a route's body in bytes: its `bodyLimitBytes`, or what the schema of its body allows, with every
 * character escaped, between 64 KiB and 8 MiB. 64 KiB if the schema is unbounded.
 */
export function bodyLimitOf({ body, bodyLimitBytes }: RouteDefinition): number {
  if (bodyLimitBytes !== undefined) return bodyLimitBytes;
  const bytes = body ? maxBytes(body) : 0;
  if (!Number.isFinite(bytes)) return smallestLimit;
  const kibibytes = Math.ceil(bytes / 1024);
  return Math.min(largestLimit, Math.max(smallestLimit, kibibytes * 1024));
}

/** Returns the maximum size of a value as JSON, or Infinity if the schema does not limit it. */
function maxBytes(schema: TSchema): number {
  const node = schema as Readonly<Record<string, unknown>>;
  if ('const' in node) return encodedLength(node.const);
  if (Array.isArray(node.enum)) return Math.max(...node.enum.map(encodedLength));
  if (Array.isArray(node.anyOf)) return Math.max(...(node.anyOf as TSchema[]).map(maxBytes));
  switch (node.type) {
    case 'string':
      return typeof node.maxLength === 'number'
        ? node.maxLength * bytesPerCharacter + 2
        : stringOfFormat(node);
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return bytesPerNumber;
    case 'array':
      return listOf(Number(node.maxItems ?? Number.POSITIVE_INFINITY), maxBytes(node.items as TSchema));
    case 'object':
      return maxObjectBytes(node);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function maxObjectBytes(node: Readonly<Record<string, unknown>>): number {
  if (typeof node.additionalProperties === 'object' || node.patternProperties !== undefined)
    return Number.POSITIVE_INFINITY;
  const properties = Object.entries((node.properties ?? {}) as Readonly<Record<string, TSchema>>);
  return properties.reduce((sum, [name, value]) => sum + listOf(1, encodedLength(name)) + maxBytes(value), 2);
}

const listOf = (count: number, bytes: number): number => count * (bytes + separator) + 2;

const encodedLength = (value: unknown): number => JSON.stringify(value).length * bytesPerCharacter;

/** Formats of the contracts are short: ids, times and addresses. */
const stringOfFormat = ({ format }: Readonly<Record<string, unknown>>): number =>
  format === 'uuid' || format === 'date-time' ? 64 * bytesPerCharacter : Number.POSITIVE_INFINITY;
