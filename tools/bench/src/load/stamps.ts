/** Pattern of a stamp: valid inside JSON text, and recognisable however a proxy wraps it. */
const stamp = /@(\d{6,})@/g;

/** Longest partial stamp that is kept until its end arrives. */
const kept = 32;

/** Returns the current time for a chunk, in nanoseconds of the machine's monotonic clock, which all processes share. */
export function stampNow(): string {
  return `@${process.hrtime.bigint()}@`;
}

export interface StampReader {
  /** Returns the age in milliseconds of each stamp that these bytes complete. */
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
