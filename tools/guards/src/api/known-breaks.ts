import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';

/**
 * File of deliberate breaks, relative to the repository's root. It maps each sentence to a reason. An entry that begins
 * with an asterisk matches all sentences with the same ending.
 */
export const breaksFile = 'docs/api-breaks.json';

export type KnownBreaks = Readonly<Record<string, string>>;

export async function readKnownBreaks(): Promise<KnownBreaks> {
  return JSON.parse(await readFile(join(root, breaksFile), 'utf8')) as KnownBreaks;
}

/** Returns the breaks without a recorded reason. */
export function unexplained(breaks: readonly string[], known: KnownBreaks): string[] {
  const explained = Object.keys(known).filter((sentence) => known[sentence]?.trim());
  const covers = (known: string, sentence: string) =>
    known.startsWith('*') ? sentence.endsWith(known.slice(1)) : sentence === known;
  return breaks.filter((sentence) => !explained.some((one) => covers(one, sentence)));
}
