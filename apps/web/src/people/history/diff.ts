import { diffComm } from 'node-diff3';

/** A stretch of text, and where it occurs. */
export interface Part {
  readonly text: string;
  readonly side: 'both' | 'before' | 'after';
}

/** An item of a block: the same in both versions, in one of them, or changed in words. */
export type ItemDifference =
  | { readonly kind: 'same' | 'removed' | 'added'; readonly item: string }
  | { readonly kind: 'changed'; readonly parts: readonly Part[] };

interface Region {
  readonly common?: readonly string[];
  readonly buffer1?: readonly string[];
  readonly buffer2?: readonly string[];
}

/** Share of common text from which two items count as one that was changed. */
const similar = 0.4;

/** Compares two versions of a block, in the order in which a person reads them. */
export function diffItems(before: readonly string[], after: readonly string[]): readonly ItemDifference[] {
  return regionsOf(before, after).flatMap(({ common, buffer1 = [], buffer2 = [] }): ItemDifference[] => {
    if (common) return common.map((item) => ({ kind: 'same', item }));
    const added = [...buffer2];
    const removed = buffer1.map((item): ItemDifference => {
      const match = added.find((other) => similarity(item, other) >= similar);
      if (match === undefined) return { kind: 'removed', item };
      added.splice(added.indexOf(match), 1);
      return { kind: 'changed', parts: diffWords(item, match) };
    });
    return [...removed, ...added.map((item): ItemDifference => ({ kind: 'added', item }))];
  });
}

/** Compares two texts word by word. Languages without spaces between words are split as the browser knows them. */
export function diffWords(before: string, after: string): readonly Part[] {
  return regionsOf(wordsOf(before), wordsOf(after)).flatMap(({ common, buffer1 = [], buffer2 = [] }) => {
    const parts: Part[] = [];
    if (common) parts.push({ side: 'both', text: common.join('') });
    if (buffer1.length > 0) parts.push({ side: 'before', text: buffer1.join('') });
    if (buffer2.length > 0) parts.push({ side: 'after', text: buffer2.join('') });
    return parts;
  });
}

function similarity(before: string, after: string): number {
  const parts = diffWords(before, after).filter(({ text }) => text.trim() !== '');
  const common = parts.filter(({ side }) => side === 'both').reduce((sum, { text }) => sum + text.length, 0);
  return common / Math.max(before.length, after.length);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

function wordsOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

function regionsOf(before: readonly string[], after: readonly string[]): readonly Region[] {
  return diffComm([...before], [...after]);
}
