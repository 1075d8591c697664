/** Lower case, with compatible characters unified and without accents, punctuation and spaces. */
export function normalized(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '');
}

/** A text as the numbers of its pairs of adjacent characters, so that similar texts are found in any script. */
export interface Pairs {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
}

export function pairsOf(text: string): Pairs {
  const characters = [...normalized(text)];
  const counts = new Map<string, number>();
  for (let at = 1; at < characters.length; at += 1) {
    const pair = `${characters[at - 1]}${characters[at]}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return { counts, total: Math.max(0, characters.length - 1) };
}

/** Sørensen–Dice coefficient of two texts: 1 for the same pairs of characters, 0 for none in common. */
export function similarity(one: Pairs, other: Pairs): number {
  const total = one.total + other.total;
  if (total === 0) return 0;
  let common = 0;
  for (const [pair, count] of one.counts) common += Math.min(count, other.counts.get(pair) ?? 0);
  return (2 * common) / total;
}

/** Upper bound of the similarity, without a comparison of the texts. */
export function highestSimilarity(one: Pairs, other: Pairs): number {
  const total = one.total + other.total;
  return total === 0 ? 0 : (2 * Math.min(one.total, other.total)) / total;
}
