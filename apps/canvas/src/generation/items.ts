/** Limits of a block. A longer answer of a model is cut, not rejected. */
const maxItems = 50;
const maxItemLength = 1_000;

/** Longest text that is searched for separators and marks. Patterns take quadratic time on hostile texts. */
const maxSearchedLength = 2 * maxItemLength;

/** Keys under which an object has its name, in order of preference. */
const nameKeys = ['name', 'title', 'item', 'label', 'heading', 'text', 'value', 'content'];

/** Keys under which an object lists the items that it groups. */
const listKeys = ['items', 'list', 'values', 'entries', 'points', 'elements', 'bullets', 'content', 'data'];

/** Keys without meaning for a reader. */
const technicalKeys = new Set(['id', 'key', 'rank', 'order', 'index', 'number', 'position', 'type']);

/**
 * Converts what a model wrote for one block to items: a list of texts or objects, nested lists, an object of lists, or one
 * text with its items on lines or separated by commas.
 */
export function itemsOf(value: unknown): string[] {
  return partsOf(value)
    .map(toItem)
    .filter((item) => item !== '')
    .slice(0, maxItems);
}

function partsOf(value: unknown): string[] {
  if (typeof value === 'string') return splitText(value);
  if (Array.isArray(value))
    return value.flatMap((item) => (Array.isArray(item) ? partsOf(item) : [textOf(item)]));
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const list = entries.find(([key, inner]) => listKeys.includes(key.toLowerCase()) && Array.isArray(inner));
  if (list) return partsOf(list[1]);
  return entries.flatMap(([, inner]) => (Array.isArray(inner) ? partsOf(inner) : linesOf(textOf(inner))));
}

const linesOf = (text: string): string[] =>
  text.split(/\r?\n|<br\s*\/?>/i).filter((line) => line.trim() !== '');

/** Splits a text at its lines. A single line is split at its separators if that leaves short parts, as in "Shop, Web". */
function splitText(text: string): string[] {
  const lines = linesOf(text);
  if (lines.length !== 1 || text.length > maxSearchedLength) return lines;
  const parts = text.split(/\s*[;；、•|]\s*|,\s+(?![^()]*\))|，\s*/);
  const isList = parts.length > 1 && !/[.!?。]\s*$/.test(text) && parts.every(isShort);
  return isList ? parts : lines;
}

const isShort = (part: string) =>
  part.trim().split(/\s+/).length <= 5 && !/^(and|or|und|et|y|e)\s/i.test(part);

/** Joins the values of an object to one text, without loss: `{"name": "Vans", "examples": ["A", "B"]}` is "Vans: A, B". */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (typeof value !== 'object' || value === null) return '';
  const entries = Object.entries(value).filter(([key]) => !technicalKeys.has(key.toLowerCase()));
  const name = nameKeys
    .map((key) => entries.find((entry) => entry[0].toLowerCase() === key))
    .find((entry) => typeof entry?.[1] === 'string');
  const rest = entries
    .filter((entry) => entry !== name)
    .map(([, inner]) => textOf(inner))
    .filter(Boolean);
  if (name) return [String(name[1]), ...(rest.length > 0 ? [rest.join(', ')] : [])].join(': ');
  const [first, ...others] = rest;
  return others.length > 0 ? `${first}: ${others.join(', ')}` : (first ?? '');
}

/** List markers with the space that distinguishes them from a sign: "- Wages", but not "-10 % energy" or "3.5 % fee". */
const listMarker =
  /^\s*(?:[-*+•‣◦▪·–—]\s+|\(?\d{1,3}[.)]\s+|\(\d{1,3}\)\s*|\d{1,3}[、．]\s*|[a-z]\)\s+|\[[ x]\]\s+)+/iu;

/** Texts that mean "no value", in answers of models and in repaired literals. */
const nothing = /^(null|none|nan|undefined|n\/?a|-+|\.+|…)$/i;

/**
 * Removes list markers and emphasis marks, and characters that PostgreSQL cannot store (NUL, halves of surrogate pairs) or
 * that reorder the text around them (overrides and isolates of the bidirectional algorithm, UAX #9).
 */
function toItem(part: string): string {
  const item = part
    .trim()
    .slice(0, maxSearchedLength)
    .replaceAll('\0', '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .trim()
    .replace(listMarker, '')
    .replace(/(\*\*|__)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(?<![\p{L}\p{N}*])\*(?=\S)([^*]*[^\s*])\*(?![\p{L}\p{N}*])/gu, '$1')
    .replace(/^[_`](.*)[_`]$/, '$1')
    .trim();
  return nothing.test(item) ? '' : item.slice(0, maxItemLength).toWellFormed();
}
