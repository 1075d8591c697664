import type { JsonObject } from '../../json.ts';
import { numberAt, unsatisfiable } from './schema.ts';

/** Examples for the formats that callers commonly ask for. */
const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-15T09:30:00Z',
  date: '2026-01-15',
  time: '09:30:00Z',
  duration: 'P30D',
  email: 'hello@example.com',
  hostname: 'www.example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://www.example.com/',
  uuid: '0f8fad5b-d9cb-469f-a165-70867728950e',
};

/** The text, changed to satisfy `format`, `minLength` and `maxLength`. The lengths count characters, not bytes. */
export function fitText(text: string, schema: JsonObject): string {
  const least = numberAt(schema, 'minLength', 0);
  const most = numberAt(schema, 'maxLength', Number.POSITIVE_INFINITY);
  if (least > most) throw unsatisfiable('minLength is above maxLength');
  const example = typeof schema.format === 'string' ? formats[schema.format] : undefined;
  if (example !== undefined) return exactly(example, least, most);
  const characters = [...text];
  if (characters.length > most) return characters.slice(0, most).join('');
  return characters.length < least ? padded(text, characters.length, least) : text;
}

function exactly(example: string, least: number, most: number): string {
  if (example.length >= least && example.length <= most) return example;
  throw unsatisfiable('its format and its lengths exclude each other');
}

function padded(text: string, length: number, least: number): string {
  const unit = `${text === '' ? 'more' : text} `;
  const missing = least - length;
  return text + [...` ${unit.repeat(Math.ceil(missing / [...unit].length) + 1)}`].slice(0, missing).join('');
}
