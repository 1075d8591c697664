/** Fits into a text; found again however a proxy wraps it. */
const stamp = /@(\d{6,})@/g;

/** More than a stamp is long: the rest of one whose end has not arrived yet. */
const kept = 32;

/** The time of writing, to be put into a chunk: nanoseconds of the machine's monotonic clock, the same in all processes. */
export function stampNow(): string {
  return `@${process.hrtime.bigint()}@`;
}

export interface StampReader {
  /** Milliseconds since each stamp that these bytes complete was made. */
  delaysIn(bytes: Buffer): number[];
}

export function createStampReader(now: () => bigint = process.hrtime.bigint): StampReader {
  let rest = '';
  return {
    delaysIn(bytes) {
      const at = now();
      const text = rest + bytes.toString('latin1');
      const found = [...text.matchAll(stamp)];
      const last = found.at(-1);
      rest = text.slice(last ? last.index + last[0].length : 0).slice(-kept);
      return found.map(([, nanoseconds = '']) => Number(at - BigInt(nanoseconds)) / 1e6);
    },
  };
}
