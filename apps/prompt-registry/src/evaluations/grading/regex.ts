import { RE2JS } from 're2js';
import type { Score } from './answer.ts';

/** Maximum size of a compiled pattern. Together with the length of an answer it bounds the time of a search. */
const maxProgramSize = 1_000;

/** Maximum length of the searched text in UTF-16 code units. */
const maxSearched = 100_000;

/** Describes the fault of a pattern. Returns undefined for a valid one. */
export function patternFault(pattern: string): string | undefined {
  try {
    const size = RE2JS.compile(pattern).programSize();
    return size > maxProgramSize ? 'is too large: shorten it or its repetitions' : undefined;
  } catch (error) {
    return `is not a pattern of RE2: ${error instanceof Error ? error.message : 'syntax error'}`;
  }
}

/** Searches the beginning of an answer with an engine that takes linear time. */
export function scoreByPattern(
  {
    pattern,
    ignoreCase = false,
    not = false,
  }: {
    readonly pattern: string;
    readonly ignoreCase?: boolean;
    readonly not?: boolean;
  },
  answer: string,
): Score {
  const compiled = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  const isFound = compiled.matcher(answer.slice(0, maxSearched)).find();
  return { score: isFound === not ? 0 : 1 };
}
