import type { Random } from '../../random.ts';

/** Where the values of a generated document come from. A path is the property names from the root. */
export interface SchemaWriter {
  readonly random: Random;
  /** The text for a place; `ordinal` is its position in the nearest list, 0 outside of lists. */
  text(path: readonly string[], ordinal: number): string;
  /** How many items a list should have, where the schema leaves it open. */
  count(path: readonly string[]): number;
  /** One of an enum's values. */
  choose(path: readonly string[], options: readonly unknown[]): unknown;
}
