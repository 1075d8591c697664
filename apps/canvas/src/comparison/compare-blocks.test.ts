import { type Blocks, sections } from '@valuecanvas/contracts-canvas';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBlocks } from './compare-blocks.ts';

const canvas = (channels: readonly string[]): Blocks =>
  ({ ...Object.fromEntries(sections.map((section) => [section, []])), channels }) as unknown as Blocks;

const compared = (before: readonly string[], after: readonly string[]) => {
  const diffs = compareBlocks(canvas(before), canvas(after));
  const found = diffs.find(({ section }) => section === 'channels');
  if (!found) throw new Error('The block is missing.');
  return found;
};

const rows = (before: readonly string[], after: readonly string[]) =>
  compared(before, after).items.map((item) => [item.change, item.before, item.after]);

test('items are kept, added, removed and changed', () => {
  const before = ['Web shop', 'Stall at the Saturday market', 'Leaflets in letter boxes'];
  const after = ['Web shop', 'Stall at the Sunday market', 'Recommendations of neighbours'];
  expect(rows(before, after)).toEqual([
    ['kept', 'Web shop', 'Web shop'],
    ['changed', 'Stall at the Saturday market', 'Stall at the Sunday market'],
    ['added', undefined, 'Recommendations of neighbours'],
    ['removed', 'Leaflets in letter boxes', undefined],
  ]);
});

test.each([
  ['German', 'Verkauf im eigenen Laden am Markt', 'Verkauf im eigenen Laden am Bahnhof'],
  ['Arabic', 'البيع عبر المتجر الإلكتروني', 'البيع عبر المتجر الإلكتروني الخاص بنا'],
  ['Japanese', '駅前の店舗で販売', '駅前の小さな店舗で販売する'],
  ['Hindi', 'ऑनलाइन दुकान से बिक्री', 'अपनी ऑनलाइन दुकान से बिक्री'],
])('similar items are paired in %s', (_, before, after) => {
  expect(rows([before, 'x'], [after])).toEqual([
    ['changed', before, after],
    ['removed', 'x', undefined],
  ]);
});

test('a removed item stands at its former place', () => {
  expect(rows(['one', 'two', 'three'], ['one', 'three']).map(([change]) => change)).toEqual([
    'kept',
    'removed',
    'kept',
  ]);
});

test('an equal item is preferred to a similar one, and each item is paired once', () => {
  expect(rows(['A web shop', 'A web shop of ours'], ['A web shop of ours'])).toEqual([
    ['removed', 'A web shop', undefined],
    ['kept', 'A web shop of ours', 'A web shop of ours'],
  ]);
  expect(rows(['Web', 'Web'], ['Web'])).toHaveLength(2);
});

test('another order is reported, although no item changed', () => {
  expect(compared(['one', 'two'], ['two', 'one'])).toMatchObject({
    isReordered: true,
    items: [{ change: 'kept' }, { change: 'kept' }],
  });
  expect(compared(['one', 'two'], ['one', 'new', 'two']).isReordered).toBe(false);
});

test('both canvases can be read from their comparison', () => {
  const items = fc.array(fc.constantFrom('a', 'ab', 'abc', 'abcd', 'xyz', '', '店舗', '店舗で'), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(items, items, (before, after) => {
      const diff = compared(before, after).items;
      expect(diff.flatMap((item) => item.after ?? [])).toEqual(after);
      expect(diff.flatMap((item) => item.before ?? []).toSorted()).toEqual(before.toSorted());
    }),
  );
});
