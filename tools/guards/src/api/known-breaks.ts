import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';

/**
 * Where deliberate breaks are kept, from the root of the repository: what changes, by its sentence, and why. A sentence
 * that begins with an asterisk stands for all that end in its words.
 */
export const breaksFile = 'docs/api-breaks.json';

export type KnownBreaks = Readonly<Record<string, string>>;

export async function readKnownBreaks(): Promise<KnownBreaks> {
  return JSON.parse(await readFile(join(root, breaksFile), 'utf8')) as KnownBreaks;
}

/** The breaks for which nobody has given a reason. */
export function unexplained(breaks: readonly string[], known: KnownBreaks): string[] {
  const explained = Object.keys(known).filter((sentence) => known[sentence]?.trim());
  const covers = (known: string, sentence: string) =>
    known.startsWith('*') ? sentence.endsWith(known.slice(1)) : sentence === known;
  return breaks.filter((sentence) => !explained.some((one) => covers(one, sentence)));
}
