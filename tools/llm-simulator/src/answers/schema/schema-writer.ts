import type { Random } from '../../random.ts';

/** The source of values for a generated document. A path lists the property names from the root. */
export interface SchemaWriter {
  readonly random: Random;
  /** The text for a place; `ordinal` is its position in the nearest list, 0 outside of lists. */
  text(path: readonly string[], ordinal: number): string;
  /** The number of items of a list whose length the schema leaves open. */
  count(path: readonly string[]): number;
  /** Chooses a value of an enum. */
  choose(path: readonly string[], options: readonly unknown[]): unknown;
}
