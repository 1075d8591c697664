/** Description length at which an answer may become twice as long. */
const doublingLength = 5_000;

/** The largest limit that results from scaling. */
const ceiling = 16_000;

/**
 * Scales a prompt's token limit, which is meant for short English texts, to the language and the length of the user's text.
 * A model answers in the same language. Byte-level tokenizers need up to one token per UTF-8 byte for scripts that were rare
 * in their training (https://arxiv.org/abs/2305.15425), so the limit grows with the bytes per letter: 1 for English, 2 for
 * Arabic or Cyrillic, 3 for Hindi, Amharic or Japanese.
 */
export function tokenLimit(promptLimit: number, text: string): number {
  const letters = text.match(/\p{L}|\p{M}/gu) ?? [];
  const bytesPerLetter = letters.length === 0 ? 1 : Buffer.byteLength(letters.join('')) / letters.length;
  const scaled = Math.ceil(promptLimit * bytesPerLetter * (1 + text.length / doublingLength));
  return Math.max(promptLimit, Math.min(scaled, ceiling));
}
