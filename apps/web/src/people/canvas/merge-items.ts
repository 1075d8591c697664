import { diff3Merge } from 'node-diff3';
import { type Content, type Field, isSame } from './blocks.ts';

/**
 * Merges two changes of one block, item by item. Items that both sides add at the same place are all kept. Returns
 * undefined if both sides change or remove the same items differently, so that a person must decide.
 */
export function mergeItems(
  base: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): readonly string[] | undefined {
  if (isSame(mine, theirs) || isSame(theirs, base)) return mine;
  if (isSame(mine, base)) return theirs;
  const merged: string[] = [];
  for (const { ok, conflict } of diff3Merge([...mine], [...base], [...theirs], {
    excludeFalseConflicts: true,
  })) {
    if (ok) merged.push(...ok);
    else if (conflict && conflict.o.length === 0) merged.push(...union(conflict.b, conflict.a));
    else return undefined;
  }
  return merged;
}

/** Merges two changes of one field. Returns undefined if they contradict each other, as two different titles do. */
export function mergeValues(
  base: Content[Field],
  mine: Content[Field],
  theirs: Content[Field],
): Content[Field] | undefined {
  if (typeof base !== 'string' && typeof mine !== 'string' && typeof theirs !== 'string')
    return mergeItems(base, mine, theirs);
  if (isSame(mine, theirs) || isSame(theirs, base)) return mine;
  return isSame(mine, base) ? theirs : undefined;
}

/** Returns the first items followed by those of the others that are not among them. */
export function union(first: readonly string[], others: readonly string[]): string[] {
  return [...first, ...others.filter((item) => !first.includes(item))];
}
