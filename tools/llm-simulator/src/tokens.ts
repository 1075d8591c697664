/** The estimate that all figures of the simulator use: one token for four bytes of UTF-8. */
const BYTES_PER_TOKEN = 4;

/** Bytes over four, rounded up. */
function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** The tokens of one text, by its UTF-8 bytes. */
export function tokensOf(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text));
}

/** The beginning of the text that fits in `tokens`. It never ends inside a character. */
export function cutToTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  return bytes.toString('utf8', 0, characterStart(bytes, tokens * BYTES_PER_TOKEN));
}

/** The text in pieces of at most `tokens` each. No piece ends inside a character. */
export function piecesOf(text: string, tokens: number): string[] {
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = characterStart(bytes, start + tokens * BYTES_PER_TOKEN);
    pieces.push(bytes.toString('utf8', start, end));
    start = end;
  }
  return pieces;
}

function characterStart(bytes: Buffer, position: number): number {
  let start = Math.min(position, bytes.length);
  while (((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
