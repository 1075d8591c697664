import type { Effect } from './effect.ts';
import { effectFields } from './effect-fields.ts';
import { readFields } from './field-readers.ts';

/**
 * Reads the `x-simulator` header, for example `fault=cut; after-chunks=3; latency-ms=20`: an effect's
 * fields in kebab-case. Throws an ApiError 400 that names the invalid part.
 */
export function readDirective(header: string): Partial<Effect> {
  const pairs = header.split(';').filter((pair) => pair.trim() !== '');
  return readFields(Object.fromEntries(pairs.map(fieldAndValue)), effectFields);
}

function fieldAndValue(pair: string): [string, string] {
  const [name = '', value = ''] = pair.split('=', 2);
  const field = name.trim().replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [field, value.trim()];
}
