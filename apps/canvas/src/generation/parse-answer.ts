import { type Blocks, sections } from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import type { RefinementAnswer } from './answer-schemas.ts';

/** What a block can hold; a model that says more is cut, not refused. */
const maxItems = 50;
const maxItemLength = 1_000;

/** The nine blocks in a model's answer. Throws LLM_BAD_RESPONSE where there is nothing usable in it. */
export function parseCanvasAnswer(content: string): Blocks {
  const answer = parseObject(content);
  const blocks = Object.fromEntries(sections.map((section) => [section, toItems(answer[section])])) as Blocks;
  const empty = sections.filter((section) => blocks[section].length === 0);
  if (empty.length > 0) throw badResponse(`the answer has nothing for ${empty.join(', ')}`);
  return blocks;
}

/** The suggestions in a model's answer. Throws LLM_BAD_RESPONSE where there are none. */
export function parseRefinementAnswer(content: string): RefinementAnswer {
  const answer = parseObject(content);
  const suggestions = toItems(answer.suggestions);
  if (suggestions.length === 0) throw badResponse('the answer has no suggestions');
  return { suggestions, reasoning: typeof answer.reasoning === 'string' ? answer.reasoning.trim() : '' };
}

/** Models wrap JSON in prose and code fences: what counts is the text from the first brace to the last. */
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

/** A list as models write it: an array of texts, of objects with a text in them, or one text with a line per item. */
function toItems(value: unknown): string[] {
  const parts = Array.isArray(value) ? value.map(toText) : typeof value === 'string' ? value.split('\n') : [];
  return parts
    .map(toItem)
    .filter((part) => part !== '')
    .slice(0, maxItems);
}

/** Without a list's mark. NUL and halves of surrogate pairs, which a cut can leave, fit no database. */
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
