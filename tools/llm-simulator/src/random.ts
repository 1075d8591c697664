import { hash } from 'node:crypto';

/** A source of numbers in [0, 1), decided by its seed. */
export type Random = () => number;

/** The mulberry32 generator with 32 bits of state. Suitable for varied answers, not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The SHA-256 of the parts in hexadecimal. Boundaries of parts count: ("a", "b") differs from ("ab"). */
export function digestOf(...parts: readonly (string | number | null)[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex');
}

/** The generator for a digest and a position within the answer. */
export function randomFrom(digest: string, position = 0): Random {
  return createRandom(Number.parseInt(digest.slice(0, 8), 16) + Math.imul(position, 0x9e3779b1));
}

/** Picks one of the options. Throws a RangeError if there are none. */
export function pick<T>(random: Random, options: readonly T[]): T {
  const chosen = options[Math.floor(random() * options.length)];
  if (chosen === undefined && options.length === 0) throw new RangeError('There is nothing to pick from');
  return chosen as T;
}

/** The items in an order decided by `random`. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const order = items.map((item) => ({ item, rank: random() }));
  return order.sort((one, other) => one.rank - other.rank).map(({ item }) => item);
}
