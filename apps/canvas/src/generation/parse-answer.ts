import { type Blocks, maxTitleLength, type Section, sections } from '@valuecanvas/contracts-canvas';
import { shortened } from '@valuecanvas/contracts-canvas/title';
import { AppError } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { itemsOf } from './items.ts';
import { jsonValuesIn, withoutReasoning } from './read-json.ts';
import { sectionNamed } from './section-names.ts';

const items = Type.Array(Type.String());

/** JSON schema of a model's answer for a canvas: the given blocks only. */
export const canvasAnswer = (wanted: readonly Section[]) =>
  Type.Object(blocksAnswer(wanted), { additionalProperties: false });

/** JSON schema of a model's answer for a whole canvas with its title. */
export const titledCanvasAnswer = Type.Object(
  { title: Type.String(), ...blocksAnswer(sections) },
  { additionalProperties: false },
);

function blocksAnswer(wanted: readonly Section[]) {
  return Object.fromEntries(wanted.map((section) => [section, items]));
}

/** JSON schema of a model's answer for suggestions for one block. */
export const RefinementAnswer = Type.Object(
  { suggestions: items, reasoning: Type.String() },
  { additionalProperties: false },
);
type RefinementAnswer = Static<typeof RefinementAnswer>;

/** The text of a model's answer, and the reason why it stopped: `stop`, `length`, `content_filter`, `refusal`, … */
export interface ModelAnswer {
  readonly content: string;
  readonly finishReason: string;
}

/** Maximum depth at which blocks are searched, as in `{"canvas": {"blocks": {…}}}`. */
const maxDepth = 5;

/**
 * Parses the blocks from a model's answer. Blocks that the answer lacks are absent. Throws LLM_BAD_RESPONSE if the answer
 * was filtered or refused, or has no block at all.
 */
export function parseBlocks(answer: ModelAnswer): Partial<Blocks> {
  assertAnswered(answer);
  const blocks = joined(jsonValuesIn(answer.content).map((value) => blocksIn(value, maxDepth)));
  if (Object.keys(blocks).length > 0) return blocks;
  const written = blocksInText(answer.content);
  if (Object.keys(written).length === 0) throw unusable(answer, 'it has no block');
  return written;
}

const titleKey =
  /^(?:canvas|business)?[\s_-]?(?:title|name)$|^(?:titel|titre|t[ií]tulo|titolo|judul|название|العنوان|标题|タイトル)$/iu;

/** Words that name the method instead of the business, alone or before the name of the business. */
const nameOfMethod =
  /^(?:the\s+)?(?:business model )?canvas$|^(?:the\s+)?business model canvas\s*(?:[:–—-]\s*|(?:for|of)\s+)/i;

/** A title of other characters alone, such as a zero-width space, cannot be seen. */
const visible = /[^\s\p{C}\p{M}]/u;

/** Returns the title that a key and its value give, or undefined. A title that breaks the rule for titles is repaired. */
export function titleAt(key: unknown, value: unknown): string | undefined {
  if (typeof key !== 'string' || typeof value !== 'string' || !titleKey.test(key)) return undefined;
  const [text = ''] = itemsOf([value]);
  const title = shortened(text.replace(nameOfMethod, ''), maxTitleLength);
  return !visible.test(title) || sectionNamed(title) ? undefined : title;
}

/** Parses the title from a model's answer. Returns undefined if there is none. */
export function parseTitle({ content }: ModelAnswer): string | undefined {
  return jsonValuesIn(content)
    .map((value) => titleIn(value, 2))
    .findLast((title) => title !== undefined);
}

function titleIn(value: unknown, depth: number): string | undefined {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value).filter(([key]) => !sectionNamed(key));
  return (
    entries.map(([key, inner]) => titleAt(key, inner)).find((title) => title !== undefined) ??
    entries.map(([, inner]) => titleIn(inner, depth - 1)).find((title) => title !== undefined)
  );
}

/** Returns the blocks of a canvas that a model's answers lack. */
export const missingSections = (blocks: Partial<Blocks>): Section[] =>
  sections.filter((section) => blocks[section] === undefined);

/** Completes a first answer with a second one. Throws LLM_BAD_RESPONSE if a block is still missing. */
export function completeBlocks(first: Partial<Blocks>, second: ModelAnswer): Blocks {
  const blocks = { ...parseBlocks(second), ...first };
  const missing = missingSections(blocks);
  if (missing.length > 0) throw unusable(second, `it has nothing for ${missing.join(', ')}`);
  return blocks as Blocks;
}

/** Parses the suggestions from a model's answer. Throws LLM_BAD_RESPONSE if there are none. */
export function parseRefinement(answer: ModelAnswer): RefinementAnswer {
  assertAnswered(answer);
  const [best] = jsonValuesIn(answer.content)
    .map(refinementIn)
    .filter(({ suggestions }) => suggestions.length > 0)
    .toSorted((one, other) => other.suggestions.length - one.suggestions.length);
  const suggestions = best?.suggestions ?? itemsOf(listLines(answer.content));
  if (suggestions.length === 0) throw unusable(answer, 'it has no suggestions');
  return { suggestions, reasoning: best?.reasoning ?? '' };
}

/** Returns the answer with the most blocks. Among equals, the last one wins, because a final answer follows its draft. */
function fullest(candidates: readonly Partial<Blocks>[]): Partial<Blocks> {
  const count = (blocks: Partial<Blocks>) => Object.keys(blocks).length;
  return candidates.reduce((best, next) => (count(next) > 0 && count(next) >= count(best) ? next : best), {});
}

/** Joins the fullest answer with those that have other blocks only: some models write one JSON object per block. */
function joined(candidates: readonly Partial<Blocks>[]): Partial<Blocks> {
  const blocks: Partial<Blocks> = { ...fullest(candidates) };
  for (const next of candidates)
    if (Object.keys(next).every((key) => !Object.hasOwn(blocks, key))) Object.assign(blocks, next);
  return blocks;
}

function blocksIn(value: unknown, depth: number): Partial<Blocks> {
  if (depth === 0 || typeof value !== 'object' || value === null) return {};
  if (Array.isArray(value)) return merged(value.map((part) => namedBlock(part) ?? blocksIn(part, depth - 1)));
  const entries = Object.entries(value);
  const known = merged(
    entries.map(([key, inner]) => {
      const section = sectionNamed(key);
      return section ? block(section, inner) : {};
    }),
  );
  if (Object.keys(known).length > 0) return completedByPosition(entries, known);
  const nested = entries.flatMap(([, inner]) => (typeof inner === 'string' ? jsonValuesIn(inner) : [inner]));
  return fullest([...nested.map((inner) => blocksIn(inner, depth - 1)), completedByPosition(entries, {})]);
}

function block(section: Section, value: unknown): Partial<Blocks> {
  const items = itemsOf(value);
  return items.length > 0 ? { [section]: items } : {};
}

/** Joins parts of an answer. A block that occurs in two parts has the items of both. */
function merged(parts: readonly Partial<Blocks>[]): Partial<Blocks> {
  const blocks: Partial<Record<Section, string[]>> = {};
  for (const part of parts)
    for (const section of sections)
      if (part[section]) blocks[section] = [...(blocks[section] ?? []), ...part[section]];
  return blocks;
}

/** Reads `{"block": "Key Partners", "items": […]}`, with any keys. */
function namedBlock(part: unknown): Partial<Blocks> | undefined {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return undefined;
  const entries = Object.entries(part);
  for (const [key, value] of entries) {
    const section = typeof value === 'string' ? sectionNamed(value) : undefined;
    if (section) return block(section, Object.fromEntries(entries.filter(([other]) => other !== key)));
  }
  return undefined;
}

/**
 * Models translate keys into any language but keep the order of the requested schema. If an object has exactly nine lists,
 * and each known key is at its block's position, the other keys are identified by position.
 */
function completedByPosition(
  entries: readonly (readonly [string, unknown])[],
  known: Partial<Blocks>,
): Partial<Blocks> {
  const hasTitle = entries.length === sections.length + 1 && typeof entries[0]?.[1] === 'string';
  const lists = hasTitle ? entries.slice(1) : entries;
  const inOrder =
    lists.length === sections.length &&
    lists.every(([key, value], index) => {
      const section = sectionNamed(key);
      return section ? section === sections[index] : Array.isArray(value) && value.length > 0;
    });
  if (!inOrder) return known;
  return merged(sections.map((section, index) => block(section, lists[index]?.[1])));
}

const maxHeadingLength = 80;

/**
 * Reads a line as a heading that names a block, with the rest of the line after a colon or table border. Ignores hashes,
 * emphasis, numbering and quotes around the name.
 */
function headingIn(line: string): { readonly section: Section; readonly rest: string } | undefined {
  const text = line.replace(/^[\s#>*_|\-\d.()"“{]+/u, '');
  const end = text.search(/[:：|]/);
  const name = end < 0 ? text : text.slice(0, end);
  const section = name.length > maxHeadingLength ? undefined : sectionNamed(name);
  return section && { section, rest: end < 0 ? '' : text.slice(end + 1) };
}

/** Reads Markdown, YAML, tables and plain text: lines that name a block, each followed by its items. */
function blocksInText(content: string): Partial<Blocks> {
  const parts: Partial<Blocks>[] = [];
  let current: Section | undefined;
  for (const line of withoutReasoning(content).split('\n')) {
    const heading = headingIn(line);
    if (heading) {
      current = heading.section;
      const items = heading.rest
        .trim()
        .replace(/\|$/, '')
        .replace(/^[*_]+$|^[[{"].*/, '');
      parts.push(block(current, items));
    } else if (current && isItem(line)) parts.push(block(current, [line.replace(quotedItem, '$1$3')]));
    else if (/^\s*#|^```/.test(line)) current = undefined;
  }
  return merged(parts);
}

/** An item in quotes, as YAML writes it. */
const quotedItem = /^(\s*-\s+)(["'])(.*)\2\s*$/;

const isItem = (line: string) => /^\s*(?:[-*+•–]\s|\(?\d{1,3}[.)]\s)/u.test(line);

const listLines = (content: string): string[] => withoutReasoning(content).split('\n').filter(isItem);

function refinementIn(value: unknown): RefinementAnswer {
  if (Array.isArray(value)) return { suggestions: itemsOf(value), reasoning: '' };
  const entries = Object.entries(value as object);
  const of = (pattern: RegExp) => entries.find(([key]) => pattern.test(key))?.[1];
  const list =
    of(/suggest|items|ideas|improve|propos|recommend/i) ??
    entries.find(([, inner]) => Array.isArray(inner))?.[1];
  const reasoning = of(/reason|rational|expla|why/i);
  return { suggestions: itemsOf(list), reasoning: typeof reasoning === 'string' ? reasoning.trim() : '' };
}

/** Throws LLM_BAD_RESPONSE if the answer was filtered or refused: its text is not what was asked for. */
function assertAnswered(answer: ModelAnswer): void {
  if (answer.finishReason === 'content_filter' || answer.finishReason === 'refusal')
    throw unusable(answer, answer.finishReason);
}

/** Explains to users why an answer is unusable. The exact fault is only logged. */
function unusable({ content, finishReason }: ModelAnswer, fault: string): AppError {
  const internal = `unusable answer of ${content.length} characters, finish reason ${finishReason}: ${fault}`;
  return new AppError('LLM_BAD_RESPONSE', { internal, ...messageFor(content, finishReason) });
}

function messageFor(content: string, finishReason: string): { readonly message?: string } {
  if (finishReason === 'content_filter')
    return {
      message: 'The provider’s content filter stopped the answer. Rephrase the text or choose another model.',
    };
  if (finishReason === 'length')
    return {
      message: 'The answer was cut off at the token limit. Shorten the text or choose another model.',
    };
  if (finishReason === 'refusal')
    return { message: 'The model refused to answer. Rephrase the text or choose another model.' };
  if (content.trim() === '')
    return { message: 'The model returned an empty answer. Try again or choose another model.' };
  if (!/[{[]/.test(content))
    return {
      message: 'The model answered in prose, as in a refusal. Rephrase the text or choose another model.',
    };
  return {};
}
