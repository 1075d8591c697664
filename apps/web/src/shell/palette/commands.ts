import type { paletteText } from '../../text/palette.en.ts';

export type Group = keyof typeof paletteText.groups;

/** A line of the palette, and what choosing it does. */
export interface Command {
  /** Unique in the palette. */
  readonly id: string;
  readonly group: Group;
  readonly label: string;
  /** A key, or words that tell equal labels apart. */
  readonly hint?: string | undefined;
  readonly run: () => void;
}

/** Lowercase text without accents, so that `cafe` finds `Café`. */
function plain(words: string): string {
  return words
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}

/** Returns true if a label contains each word that is sought, in any order. */
export function matches(label: string, sought: string): boolean {
  const text = plain(label);
  return plain(sought)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Commands in the order of the palette: labels that begin with what is sought first. */
export function rank<C extends { readonly label: string }>(
  commands: readonly C[],
  sought: string,
): readonly C[] {
  const start = plain(sought.trim());
  const rankOf = ({ label }: C) => {
    if (plain(label).startsWith(start)) return 0;
    return matches(label, sought) ? 1 : 2;
  };
  return commands.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** The command that lies `steps` after the active one, around the ends. */
export function moved(
  commands: readonly Command[],
  active: string | undefined,
  steps: number,
): Command | undefined {
  const index = commands.findIndex(({ id }) => id === active);
  return commands.at((index + steps + commands.length) % Math.max(1, commands.length));
}
