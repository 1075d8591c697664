import { ApiError } from '../http/api-error.ts';
import { isObject } from '../json.ts';

/** Turns an untrusted value into the value of a field. Throws an ApiError 400 with the accepted values. */
export type Reader<T> = (value: unknown, field: string) => T;

/** A reader for each field of T. */
export type Readers<T> = { readonly [Field in keyof T]-?: Reader<T[Field]> };

/** Reads the given fields. Throws an ApiError 400 with the known fields for an unknown one. */
export function readFields<T>(source: unknown, readers: Readers<T>): Partial<T> {
  if (!isObject(source)) throw refused('The settings', 'a JSON object');
  const entries = Object.entries(source).map(([field, value]) => {
    const read = Object.hasOwn(readers, field) ? readers[field as keyof T] : undefined;
    if (!read)
      throw new ApiError(400, `Unknown field "${field}"; known: ${Object.keys(readers).join(', ')}.`);
    return [field, read(value, field)];
  });
  return Object.fromEntries(entries) as Partial<T>;
}

/** Reads a number within the inclusive bounds. Accepts numeric text, because headers are text. */
export function numberBetween(low: number, high: number): Reader<number> {
  return (value, field) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && number >= low && number <= high) return number;
    throw refused(field, `a number from ${low} to ${high}`);
  };
}

/** Like numberBetween, for whole numbers only. */
export function integerBetween(low: number, high: number): Reader<number> {
  const read = numberBetween(low, high);
  return (value, field) => {
    const number = read(value, field);
    if (Number.isInteger(number)) return number;
    throw refused(field, `a whole number from ${low} to ${high}`);
  };
}

/** Reads one of the given texts. */
export function oneOf<const T extends string>(...options: readonly T[]): Reader<T> {
  return (value, field) => {
    const found = options.find((option) => option === value);
    if (found !== undefined) return found;
    throw refused(field, `one of ${options.join(', ')}`);
  };
}

/** Reads a list of the given texts. Accepts them in one text, separated by commas, because headers are text. */
export function someOf<const T extends string>(...options: readonly T[]): Reader<readonly T[]> {
  const read = oneOf(...options);
  return (value, field) => {
    const items: unknown = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(items)) throw refused(field, `a list of ${options.join(', ')}`);
    return items.map((item) => read(typeof item === 'string' ? item.trim() : item, field));
  };
}

/** Reads a text that is not empty. */
export const text: Reader<string> = (value, field) => {
  if (typeof value === 'string' && value !== '') return value;
  throw refused(field, 'a text');
};

/** The error for a value that a field does not accept. */
export function refused(field: string, accepted: string): ApiError {
  return new ApiError(400, `${field} must be ${accepted}.`, { param: field });
}
