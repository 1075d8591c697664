import { type BlockDiff, type Blocks, type ItemDiff, sections } from '@valuecanvas/contracts-canvas';
import { highestSimilarity, pairsOf, similarity } from './similarity.ts';

/** Similarity from which a removed and an added item count as one changed item. */
const changedFrom = 0.5;

/** Compares two canvases block by block. The order of the items is that of `after`, with removed items at their former place. */
export function compareBlocks(before: Blocks, after: Blocks): BlockDiff[] {
  return sections.map((section) => {
    const origins = originsOf(before[section], after[section]);
    const items = mergedItems(before[section], after[section], origins);
    return { section, isReordered: !isAscending(origins), items };
  });
}

/** Returns for each item of `after` the index of its item in `before`: an equal one, else the most similar one that is left. */
function originsOf(before: readonly string[], after: readonly string[]): readonly (number | undefined)[] {
  const origins: (number | undefined)[] = after.map(() => undefined);
  const left = new Set(before.keys());
  const pair = (from: number, to: number): void => {
    origins[to] = from;
    left.delete(from);
  };
  for (const [to, item] of after.entries()) {
    const from = [...left].find((index) => before[index] === item);
    if (from !== undefined) pair(from, to);
  }
  const added = after.flatMap((item, to) =>
    origins[to] === undefined ? [{ to, pairs: pairsOf(item) }] : [],
  );
  const candidates = [...left]
    .map((from) => ({ from, pairs: pairsOf(before[from] ?? '') }))
    .flatMap((removed) =>
      added
        .filter(({ pairs }) => highestSimilarity(removed.pairs, pairs) >= changedFrom)
        .map(({ to, pairs }) => ({ from: removed.from, to, score: similarity(removed.pairs, pairs) })),
    )
    .filter(({ score }) => score >= changedFrom)
    .toSorted((one, other) => other.score - one.score || one.to - other.to || one.from - other.from);
  for (const { from, to } of candidates) if (left.has(from) && origins[to] === undefined) pair(from, to);
  return origins;
}

function mergedItems(
  before: readonly string[],
  after: readonly string[],
  origins: readonly (number | undefined)[],
): ItemDiff[] {
  const removed = [...before.keys()].filter((index) => !origins.includes(index));
  const items: ItemDiff[] = [];
  const removeUntil = (end: number): void => {
    while (removed[0] !== undefined && removed[0] < end)
      items.push({ change: 'removed', before: before[removed.shift() ?? 0] ?? '' });
  };
  for (const [to, item] of after.entries()) {
    const from = origins[to];
    if (from === undefined) {
      items.push({ change: 'added', after: item });
      continue;
    }
    removeUntil(from);
    const was = before[from] ?? '';
    items.push({ change: was === item ? 'kept' : 'changed', before: was, after: item });
  }
  removeUntil(before.length);
  return items;
}

function isAscending(origins: readonly (number | undefined)[]): boolean {
  const indexes = origins.filter((index) => index !== undefined);
  return indexes.every((index, at) => at === 0 || index > (indexes[at - 1] ?? 0));
}
