import { invalid } from '../http/api-error.ts';
import type { JsonObject } from '../json.ts';

/** Reads a number within the bounds, or null if absent. Throws an ApiError 400. */
export function optionalNumber(body: JsonObject, field: string, low: number, high: number): number | null {
  const value = body[field];
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw invalid(field, `'${field}' must be a number from ${low} to ${high}.`);
}

/** Like optionalNumber, for whole numbers only. */
export function optionalInteger(body: JsonObject, field: string, low: number, high: number): number | null {
  const value = optionalNumber(body, field, low, high);
  if (value === null || Number.isInteger(value)) return value;
  throw invalid(field, `'${field}' must be a whole number.`);
}

/** Reads a boolean, or false if absent. Throws an ApiError 400. */
export function optionalFlag(body: JsonObject, field: string): boolean {
  const value = body[field] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalid(field, `'${field}' must be true or false.`);
}

/** Reads up to four stop sequences from a text or a list. */
export function stopSequences(body: JsonObject): readonly string[] {
  const value = body.stop ?? [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length <= 4 && list.every((each) => typeof each === 'string' && each !== ''))
    return list as string[];
  throw invalid('stop', "'stop' must be a text or a list of at most four texts.");
}
