import type { Block } from './blocks.ts';
import ar from './languages/ar.json' with { type: 'json' };
import bn from './languages/bn.json' with { type: 'json' };
import de from './languages/de.json' with { type: 'json' };
import en from './languages/en.json' with { type: 'json' };
import es from './languages/es.json' with { type: 'json' };
import fr from './languages/fr.json' with { type: 'json' };
import hi from './languages/hi.json' with { type: 'json' };
import id from './languages/id.json' with { type: 'json' };
import ja from './languages/ja.json' with { type: 'json' };
import pt from './languages/pt.json' with { type: 'json' };
import ru from './languages/ru.json' with { type: 'json' };
import ur from './languages/ur.json' with { type: 'json' };
import zh from './languages/zh.json' with { type: 'json' };

/** Items for each block. `{business}`, `{offer}`, `{audience}` and `{for}` stand for the words of the brief. */
export type Items = Readonly<Record<Block, readonly string[]>>;

/** Texts that businesses of one industry have in common. */
export interface Industry {
  /** Words that reveal the industry, separated by `|`. A `*` at the end of a word matches any ending. */
  readonly keywords: string;
  /** The offer and the audience to write about if the description names none. */
  readonly offer: string;
  readonly audience: string;
  readonly items: Items;
}

/** The texts of one language: the content of a file in `languages/`. */
export interface Texts {
  /** Frequent words that reveal a language with Latin letters; empty if the script reveals the language. */
  readonly functionWords: string;
  /** The business without a description. */
  readonly business: string;
  /** Forms in which words of the description appear in a sentence. `{x}` represents these words. */
  readonly wording: {
    /** An audience from the description, and one from a separate field of the request. */
    readonly audience: string;
    readonly statedAudience: string;
  };
  readonly titles: Readonly<Record<Block, string>>;
  /** Items with the words of the description. */
  readonly ownItems: Items;
  readonly industries: Readonly<Record<IndustryName, Industry>>;
  /** Items of the kinds of variants. Without them, a variant has other items of the industry. */
  readonly variants?: Readonly<Record<VariantKind, Readonly<Partial<Record<Block, readonly string[]>>>>>;
  /** Weaknesses of a canvas. `{item}` stands for an item of it. */
  readonly findings: Readonly<Record<FindingKind, FindingText>>;
  /** An item that is used again when all others are taken. */
  readonly laterStage: string;
  readonly reasoning: string;
  readonly openings: readonly string[];
  readonly middle: string;
  readonly closings: readonly string[];
  /** Answers to a question that describes no business. */
  readonly withoutBusiness: readonly string[];
}

export type VariantKind = 'lean' | 'premium' | 'partnership';
export type FindingKind = 'orphan' | 'missing' | 'vague';

interface FindingText {
  readonly message: string;
  readonly suggestion: string;
}

export type IndustryName =
  | 'general'
  | 'food'
  | 'health'
  | 'education'
  | 'finance'
  | 'logistics'
  | 'software'
  | 'retail';

const languages = { en, ar, bn, de, es, fr, hi, id, ja, pt, ru, ur, zh } satisfies Record<string, Texts>;

export type LanguageCode = keyof typeof languages;

/** The codes of all languages, English first. */
export const languageCodes = Object.keys(languages) as readonly LanguageCode[];

/** The texts of the language. */
export function textsOf(code: LanguageCode): Texts {
  return languages[code];
}

/** Scripts that identify one language, and the languages that share the Arabic or the Chinese script. */
const scripts: readonly (readonly [script: RegExp, language: (text: string) => LanguageCode])[] = [
  [/\p{Script=Devanagari}/gu, () => 'hi'],
  [/\p{Script=Bengali}/gu, () => 'bn'],
  [/\p{Script=Cyrillic}/gu, () => 'ru'],
  [/\p{Script=Arabic}/gu, (text) => (/[ٹڈڑںےہھگچ]/u.test(text) ? 'ur' : 'ar')],
  [
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu,
    (text) => (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? 'ja' : 'zh'),
  ],
];
/** Minimum share of letters at which the script decides. Descriptions in other scripts often contain Latin names. */
const DECISIVE_SHARE = 0.2;

/** Recognises the language of a short text by its script, its function words and its trade words. */
export function languageOf(text: string): LanguageCode {
  const letters = count(text, /\p{L}/gu);
  const decisive = scripts.find(([script]) => count(text, script) > letters * DECISIVE_SHARE);
  if (decisive) return decisive[1](text);
  const scored = latin.map(({ code, pattern }) => ({ code, hits: count(text, pattern) }));
  return scored.reduce((leader, each) => (each.hits > leader.hits ? each : leader)).code;
}

const latin = languageCodes
  .filter((code) => languages[code].functionWords !== '')
  .map((code) => ({ code, pattern: anyOf(evidenceFor(languages[code])) }));

function evidenceFor({ functionWords, industries }: Texts): readonly string[] {
  return [...functionWords.split(' '), ...Object.values(industries).flatMap(wordsOf)];
}

interface IndustryPattern {
  readonly name: IndustryName;
  readonly pattern: RegExp;
}

const industryPatterns: ReadonlyMap<LanguageCode, readonly IndustryPattern[]> = new Map(
  languageCodes.map((code) => [code, patternsOf(code)]),
);

function patternsOf(code: LanguageCode): readonly IndustryPattern[] {
  const industries = Object.entries(languages[code].industries) as readonly [IndustryName, Industry][];
  return industries
    .filter(([, { keywords }]) => keywords !== '')
    .map(([name, industry]) => ({
      name,
      pattern: anyOf(wordsOf(industry), code === 'zh' || code === 'ja'),
    }));
}

/** Finds the industry whose keywords occur most often in the text. English keywords count in every language. */
export function industryOf(text: string, code: LanguageCode): IndustryName {
  const patterns = [...new Set<LanguageCode>([code, 'en'])].flatMap(
    (each) => industryPatterns.get(each) ?? [],
  );
  const hits = new Map<IndustryName, number>();
  for (const { name, pattern } of patterns) hits.set(name, (hits.get(name) ?? 0) + count(text, pattern));
  const [best] = [...hits].toSorted(([, one], [, other]) => other - one);
  return best && best[1] > 0 ? best[0] : 'general';
}

function wordsOf({ keywords }: Industry): readonly string[] {
  return keywords === '' ? [] : keywords.split('|');
}

/** Matches any of the words; scripts without spaces between words have no word boundaries. */
function anyOf(words: readonly string[], withoutSpaces = false): RegExp {
  const alternatives = words.map((word) =>
    withoutSpaces ? word : word.endsWith('*') ? `${word.slice(0, -1)}[\\p{L}\\p{M}]*` : word,
  );
  const joined = `(?:${alternatives.join('|')})`;
  return new RegExp(withoutSpaces ? joined : `(?<![\\p{L}\\p{M}])${joined}(?![\\p{L}\\p{M}])`, 'giu');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
