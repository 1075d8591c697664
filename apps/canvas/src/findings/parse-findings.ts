import {
  type Blocks,
  type Finding,
  findingKinds,
  findingSeverities,
  sections,
} from '@valuecanvas/contracts-canvas';
import { AppError } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { normalized, pairsOf, similarity } from '../comparison/similarity.ts';
import type { ModelAnswer } from '../generation/parse-answer.ts';
import { jsonValuesIn } from '../generation/read-json.ts';
import { sectionNamed } from '../generation/section-names.ts';
import type { FoundFault } from './rules.ts';

/** JSON schema of a model's answer for a coherence check. */
export const FindingsAnswer = Type.Object(
  {
    findings: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(findingKinds),
          severity: Type.Enum(findingSeverities),
          sections: Type.Array(Type.Enum(sections)),
          items: Type.Array(Type.String()),
          message: Type.String(),
          suggestion: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const maxFindings = 30;
const maxTextLength = 500;

/** Similarity from which a quotation of a model is an item of the canvas. */
const quotedFrom = 0.8;

const severityOf: Readonly<Record<Finding['kind'], Finding['severity']>> = {
  contradiction: 'high',
  orphan: 'medium',
  missing: 'medium',
  vague: 'low',
  duplicate: 'low',
  granularity: 'low',
};

/**
 * Parses the findings from a model's answer. Findings that name neither a block nor an item of the canvas are ignored. Throws
 * LLM_BAD_RESPONSE if the answer has no list of findings.
 */
export function parseFindings(answer: ModelAnswer, blocks: Blocks): FoundFault[] {
  const lists = jsonValuesIn(answer.content).map(listIn);
  const list = lists.findLast((found) => found !== undefined);
  if (!list)
    throw new AppError('LLM_BAD_RESPONSE', {
      internal: `no findings in an answer of ${answer.content.length} characters, finish reason ${answer.finishReason}`,
    });
  return list.flatMap((value) => findingIn(value, blocks) ?? []).slice(0, maxFindings);
}

type Entries = readonly (readonly [string, unknown])[];

const entriesOf = (value: unknown): Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];

/** Returns the list of findings in a value, or undefined. Models rename the key and may answer with the list itself. */
function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value))
    return value.length === 0 || value.some((part) => entriesOf(part).length > 0) ? value : undefined;
  const entries = entriesOf(value);
  const named = entries.find(([key, inner]) => /finding|issue|problem/i.test(key) && Array.isArray(inner));
  const list = named ?? entries.find(([, inner]) => Array.isArray(inner));
  if (list) return list[1] as readonly unknown[];
  return entries.map(([, inner]) => listIn(inner)).find((found) => found !== undefined);
}

function findingIn(value: unknown, blocks: Blocks): FoundFault | undefined {
  const entries = entriesOf(value);
  const text = (pattern: RegExp): string => {
    const found = entries.find(([key, inner]) => pattern.test(key) && typeof inner === 'string')?.[1];
    return typeof found === 'string' ? tidy(found) : '';
  };
  const message = text(/message|description|explanation|finding|problem|issue|text/i);
  if (message === '') return undefined;
  const quoted = textsIn(
    entries.filter(([key]) => /item|quote|statement/i.test(key)).map(([, inner]) => inner),
  );
  const items = sections.flatMap((section) =>
    blocks[section]
      .filter((item) => quoted.some((quotation) => isQuotation(quotation, item)))
      .map((item) => ({ section, item })),
  );
  const named = textsIn(entries.filter(([key]) => /section|block|area/i.test(key)).map(([, inner]) => inner))
    .concat(quoted)
    .flatMap((name) => sectionNamed(name) ?? []);
  const about = new Set([...named, ...items.map(({ section }) => section)]);
  if (about.size === 0) return undefined;
  const kind =
    chosen(findingKinds, text(/kind|type|category/i)) ?? (about.size > 1 ? 'contradiction' : 'vague');
  const suggestion = text(/suggest|fix|recommend|solution/i);
  return {
    kind,
    severity: chosen(findingSeverities, text(/severity|priority|level/i)) ?? severityOf[kind],
    source: 'model',
    sections: sections.filter((section) => about.has(section)),
    items,
    message,
    ...(suggestion === '' ? {} : { suggestion }),
  };
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return entriesOf(value).flatMap(([, inner]) => textsIn(inner));
}

function isQuotation(quotation: string, item: string): boolean {
  const [one, other] = [normalized(quotation), normalized(item)];
  return (
    one !== '' &&
    (one === other || similarity(pairsOf(quotation.slice(0, 2 * maxTextLength)), pairsOf(item)) >= quotedFrom)
  );
}

const chosen = <T extends string>(options: readonly T[], text: string): T | undefined =>
  options.find((option) => option === text.toLowerCase());

/** Removes characters that PostgreSQL cannot store or that reorder the text around them, and shortens the text. */
function tidy(text: string): string {
  return text
    .replaceAll('\0', '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, maxTextLength)
    .toWellFormed();
}
