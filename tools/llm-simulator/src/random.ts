import { hash } from 'node:crypto';

/** A source of numbers in [0, 1) that is wholly decided by its seed. */
export type Random = () => number;

/** The mulberry32 generator: 32 bits of state, good enough to vary answers, never for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The SHA-256 of the parts in hexadecimal; the parts' borders count, so ("a", "b") differs from ("ab"). */
export function digestOf(...parts: readonly (string | number | null)[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex');
}

/** The generator that belongs to one digest and one position within the answer. */
export function randomFrom(digest: string, position = 0): Random {
  return createRandom(Number.parseInt(digest.slice(0, 8), 16) + Math.imul(position, 0x9e3779b1));
}

/** One of the options; throws a RangeError where there is none. */
export function pick<T>(random: Random, options: readonly T[]): T {
  const chosen = options[Math.floor(random() * options.length)];
  if (chosen === undefined && options.length === 0) throw new RangeError('There is nothing to pick from');
  return chosen as T;
}

/** The same items in an order decided by `random`. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const order = items.map((item) => ({ item, rank: random() }));
  return order.sort((one, other) => one.rank - other.rank).map(({ item }) => item);
}
