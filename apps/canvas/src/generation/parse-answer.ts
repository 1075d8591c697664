import { type Blocks, sections } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';

const items = Type.Array(Type.String());

/** JSON schema of a model's answer for a whole canvas: the nine blocks only. */
export const CanvasAnswer = Type.Object(
  Object.fromEntries(sections.map((section) => [section, items])) as Record<
    (typeof sections)[number],
    typeof items
  >,
  { additionalProperties: false },
);

/** JSON schema of a model's answer for one block. */
export const RefinementAnswer = Type.Object(
  { suggestions: items, reasoning: Type.String() },
  { additionalProperties: false },
);
type RefinementAnswer = Static<typeof RefinementAnswer>;

/** Limits of a block. A longer answer of a model is cut, not rejected. */
const maxItems = 50;
const maxItemLength = 1_000;

/** Parses the nine blocks from a model's answer. Throws LLM_BAD_RESPONSE if the answer is not usable. */
export function parseCanvasAnswer(content: string): Blocks {
  const answer = parseObject(content);
  const blocks = Object.fromEntries(sections.map((section) => [section, toItems(answer[section])])) as Blocks;
  const empty = sections.filter((section) => blocks[section].length === 0);
  if (empty.length > 0) throw badResponse(`the answer has nothing for ${empty.join(', ')}`);
  return blocks;
}

/** Parses the suggestions from a model's answer. Throws LLM_BAD_RESPONSE if there are none. */
export function parseRefinementAnswer(content: string): RefinementAnswer {
  const answer = parseObject(content);
  const suggestions = toItems(answer.suggestions);
  if (suggestions.length === 0) throw badResponse('the answer has no suggestions');
  return { suggestions, reasoning: typeof answer.reasoning === 'string' ? answer.reasoning.trim() : '' };
}

/** Parses the text from the first brace to the last, because models wrap JSON in prose and code fences. */
function parseObject(content: string): Record<string, unknown> {
  const start = content.indexOf('{');
  const end = content.lastIndexOf('}');
  if (start < 0 || end < start) throw badResponse('there is no JSON object in the answer');
  try {
    return JSON.parse(content.slice(start, end + 1)) as Record<string, unknown>;
  } catch (cause) {
    throw badResponse('the JSON in the answer is malformed', cause);
  }
}

/** Converts a model's list to items: an array of strings, of objects with a string, or one string with a line per item. */
function toItems(value: unknown): string[] {
  const parts = Array.isArray(value) ? value.map(toText) : typeof value === 'string' ? value.split('\n') : [];
  return parts
    .map(toItem)
    .filter((part) => part !== '')
    .slice(0, maxItems);
}

/** Removes list markers, NUL and halves of surrogate pairs, which cutting can leave and PostgreSQL cannot store. */
function toItem(text: string): string {
  const item = text.replaceAll('\0', '').replace(/^[\s\-*•]+/, '');
  return item.trim().slice(0, maxItemLength).toWellFormed();
}

function toText(item: unknown): string {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null) return String(item ?? '');
  return Object.values(item)
    .filter((value) => typeof value === 'string')
    .join(': ');
}

function badResponse(internal: string, cause?: unknown): AppError {
  return new AppError('LLM_BAD_RESPONSE', { internal, cause });
}
