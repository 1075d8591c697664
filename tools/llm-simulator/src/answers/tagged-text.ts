/** The text in the first `<name>…</name>` whose name matches, or null. A "<" within it is part of the text. */
export function taggedText(prompt: string, name: RegExp): string | null {
  const opening = new RegExp(`<(${name.source})>`, 'i').exec(prompt);
  if (!opening) return null;
  const start = opening.index + opening[0].length;
  const end = prompt.indexOf(`</${opening[1]}>`, start);
  return end < 0 ? null : prompt.slice(start, end).trim();
}

/** The text without tags, including a tag that is cut off at the end. */
export function withoutTags(text: string): string {
  return text.replace(/<\/?[a-z][^<>]*(?:>|$)/gi, ' ');
}
