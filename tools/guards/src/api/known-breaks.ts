import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../root.ts';

/** Where deliberate breaks are kept, from the root of the repository: what changes, by its sentence, and why. */
export const breaksFile = 'docs/api-breaks.json';

export type KnownBreaks = Readonly<Record<string, string>>;

export async function readKnownBreaks(): Promise<KnownBreaks> {
  return JSON.parse(await readFile(join(root, breaksFile), 'utf8')) as KnownBreaks;
}

/** The breaks for which nobody has given a reason. */
export function unexplained(breaks: readonly string[], known: KnownBreaks): string[] {
  return breaks.filter((sentence) => !known[sentence]?.trim());
}
