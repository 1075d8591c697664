import type { Random } from '../../random.ts';

/**
 * The source of values for a generated document. A path lists the property names from the root. `record` is the position of
 * the enclosing object in its list, 0 outside of lists.
 */
export interface SchemaWriter {
  readonly random: Random;
  /** The text for a place; `ordinal` is its position in the nearest list, 0 outside of lists. */
  text(path: readonly string[], ordinal: number, record: number): string;
  /** The number of items of a list whose length the schema leaves open. */
  count(path: readonly string[], record: number): number;
  /** Chooses a value of an enum; `ordinal` as for a text. */
  choose(path: readonly string[], options: readonly unknown[], ordinal: number, record: number): unknown;
}
