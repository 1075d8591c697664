/** The bytes of a stream so far, to be kept as an answer for others. */
export interface Transcript {
  add(bytes: Buffer): void;
  /** All of it; undefined where it has become too large to be kept. */
  text(): string | undefined;
}

export function createTranscript(maxBytes: number): Transcript {
  let parts: Buffer[] | undefined = [];
  let size = 0;
  return {
    add(bytes) {
      size += bytes.length;
      if (size > maxBytes) parts = undefined;
      else parts?.push(bytes);
    },
    text: () => parts && Buffer.concat(parts).toString('utf8'),
  };
}

/** For streams that nobody keeps. */
export const noTranscript: Transcript = { add: () => undefined, text: () => undefined };
