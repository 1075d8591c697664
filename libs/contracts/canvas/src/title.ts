/** End of a clause in the scripts of the world: a full stop before white space, and other punctuation anywhere. */
const clauseEnd = /\.(?=\s|$)|[,;:!?\n–—。，、；：！？।۔،؛؟።]/u;

/** Longest title that is taken from a description, in UTF-16 code units. */
const maxDerivedTitle = 80;

/**
 * Returns the title of a canvas in one line. Without a title, it is the first clause of the description, of at most `maxLength`
 * UTF-16 code units.
 */
export function titleOf(
  canvas: { readonly title?: string | undefined; readonly businessDescription: string },
  maxLength = maxDerivedTitle,
): string {
  return oneLine(canvas.title ?? '') || shortened(firstClause(canvas.businessDescription), maxLength);
}

/** Returns the first clause of a text. A clause without a letter or digit gives the whole text. */
function firstClause(text: string): string {
  const [clause = ''] = text.trim().split(clauseEnd, 1);
  return /[\p{L}\p{N}]/u.test(clause) ? clause.trim() : text.trim();
}

/** Turns white space, line breaks included, and control characters into single spaces, and removes them from the ends. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** Shortens a text to one line of at most `maxLength` UTF-16 code units, at a word if possible. */
export function shortened(text: string, maxLength: number): string {
  const line = oneLine(text);
  if (line.length <= maxLength) return line;
  const start = line
    .slice(0, maxLength - 1)
    .toWellFormed()
    .replace(/\uFFFD$/u, '');
  const words = start.replace(/\s+\S*$/u, '');
  return `${words.length > maxLength / 2 ? words : start}…`;
}
