import { pick, type Random } from '../random.ts';
import { blockNamed } from './blocks.ts';
import type { Brief } from './brief.ts';
import { canvasFor, capitalised, suggestionsFor } from './canvas.ts';
import { type Finding, findingsFor } from './findings.ts';
import { paragraphFor, reasoningFor } from './paragraph.ts';
import type { SchemaWriter } from './schema/schema-writer.ts';

const LIST_ITEMS = 3;

/** Fills a JSON answer with texts about the business, chosen by the names of the properties. */
export function createWriter(brief: Brief, random: Random): SchemaWriter {
  const canvas = canvasFor(brief, random);
  const section = brief.section ?? 'valuePropositions';
  const suggestions = suggestionsFor(section, brief, random);
  const findings = findingsFor(brief);

  function listAt(path: readonly string[]): readonly string[] {
    const block = path.map(blockNamed).findLast((named) => named !== null);
    if (block) return canvas[block];
    return path.some((name) => /suggestion|recommendation|improvement/i.test(name)) ? suggestions : [];
  }

  function textAt(path: readonly string[]): string {
    const name = path.at(-1) ?? '';
    if (/reason|rationale|explanation/i.test(name)) return reasoningFor(brief, section);
    if (/^(?:section|block)(?:name|key)?$/i.test(name)) return section;
    if (/^title$/i.test(name)) return capitalised(brief.title);
    if (/^(?:name|business|company)(?:name)?$/i.test(name)) return brief.business;
    if (/(?:^|_)(?:audience|market|customers?)$|target/i.test(name)) return brief.audience;
    return paragraphFor(brief, random);
  }

  /** The value of a property of a finding, if the answer lists findings about a canvas in the prompt. */
  function findingAt(path: readonly string[], record: number): string | readonly string[] | undefined {
    const name = path.at(-1) ?? '';
    const finding = isFindings(path.slice(0, -1)) ? findings[record] : undefined;
    return finding && Object.hasOwn(finding, name) ? finding[name as keyof Finding] : undefined;
  }

  return {
    random,
    count(path, record) {
      if (isFindings(path)) return findings.length;
      const value = findingAt(path, record);
      return typeof value === 'object' ? value.length : listAt(path).length || LIST_ITEMS;
    },
    text(path, ordinal, record) {
      const value = findingAt(path, record);
      if (value !== undefined) return typeof value === 'string' ? value : (value[ordinal] ?? '');
      const list = listAt(path);
      const text = list.length > 0 ? (list[ordinal % list.length] ?? '') : textAt(path);
      return ordinal > 0 && ordinal >= list.length ? `${ordinal + 1}. ${text}` : text;
    },
    choose(path, options, ordinal, record) {
      const value = findingAt(path, record);
      const wanted = typeof value === 'object' ? value[ordinal] : (value ?? textAt(path));
      return options.includes(wanted) ? wanted : pick(random, options);
    },
  };
}

function isFindings(path: readonly string[]): boolean {
  return path.length === 1 && path[0] === 'findings';
}
