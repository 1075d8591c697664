import { jsonrepair } from 'jsonrepair';

/** Maximum number of unclosed brackets at which parsing is tried, because each reads the rest of the text. */
const maxUnclosed = 20;

/** Depth of JSON that is itself a JSON string. */
const maxEncodings = 3;

/**
 * Returns the JSON objects and arrays in a model's answer, in the order of their appearance. Models wrap JSON in prose,
 * code fences and reasoning, write comments, single or typographic quotes and trailing commas, and stop in the middle: each
 * value is repaired first. Text without JSON yields an empty array.
 */
export function jsonValuesIn(answer: string): unknown[] {
  return valuesIn(withoutReasoning(answer), maxEncodings);
}

/** Removes the reasoning of a model. The answer follows the last closing tag. */
export function withoutReasoning(answer: string): string {
  const closing = [...answer.matchAll(/<\/(?:think|thinking|reasoning)>/gi)].at(-1);
  return closing ? answer.slice(closing.index + closing[0].length) : answer;
}

function valuesIn(text: string, encodings: number): unknown[] {
  const encoded = encodings > 0 ? decoded(text.trim()) : undefined;
  if (encoded !== undefined) return valuesIn(encoded, encodings - 1);
  const values: unknown[] = [];
  let unclosed = 0;
  for (let at = nextStart(text, 0); at >= 0 && unclosed < maxUnclosed; ) {
    const end = endOfValue(text, at);
    if (end === undefined) unclosed += 1;
    const value = repaired(text.slice(at, end ?? text.length));
    if (value !== undefined) values.push(value);
    at = nextStart(text, end ?? at + 1);
  }
  return values;
}

/** Returns the content of a whole answer that is one JSON string, or undefined. */
function decoded(text: string): string | undefined {
  if (!text.startsWith('"') || !text.endsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function nextStart(text: string, from: number): number {
  const offset = text.slice(from).search(/[{[]/);
  return offset < 0 ? -1 : from + offset;
}

/** Returns the index after the bracket that closes the value at `start`, or undefined if the text ends before it. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

function repaired(text: string): unknown {
  // Templates escape braces by doubling them, and models copy that.
  const single = text
    .replace(/^\{\s*\{/, '{')
    .replace(/\}\s*\}$/, (end) => (text.startsWith('{{') ? '}' : end));
  try {
    const value: unknown = JSON.parse(jsonrepair(single));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
