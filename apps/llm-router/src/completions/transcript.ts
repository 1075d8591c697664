/** Collects the bytes of a stream, to store it as an answer. */
export interface Transcript {
  add(bytes: Buffer): void;
  /** The whole stream; undefined if it is too large to store. */
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

/** For streams that are not stored. */
export const noTranscript: Transcript = { add: () => undefined, text: () => undefined };
