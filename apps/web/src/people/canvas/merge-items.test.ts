import { expect, test } from 'vitest';
import { mergeItems } from './merge-items.ts';

const base = ['flour', 'bakers', 'bikes'];

test('a change of one side is kept', () => {
  const changed = ['flour', 'bakers', 'cargo bikes'];
  expect(mergeItems(base, changed, base)).toEqual(changed);
  expect(mergeItems(base, base, changed)).toEqual(changed);
  expect(mergeItems(base, changed, changed)).toEqual(changed);
});

test('changes of different items are merged', () => {
  const mine = ['organic flour', 'bakers', 'bikes'];
  const theirs = ['flour', 'bakers'];
  expect(mergeItems(base, mine, theirs)).toEqual(['organic flour', 'bakers']);
});

test('items that both sides add are all kept, and equal ones once', () => {
  const mine = [...base, 'an oven', 'a cold room'];
  const theirs = [...base, 'a cold room', 'a web shop'];
  expect(mergeItems(base, mine, theirs)).toEqual([...base, 'a cold room', 'a web shop', 'an oven']);
});

test('different changes of one item are left to a person', () => {
  expect(
    mergeItems(base, ['flour', 'two bakers', 'bikes'], ['flour', 'bakers at night', 'bikes']),
  ).toBeUndefined();
  expect(mergeItems(base, ['flour', 'bikes'], ['flour', 'two bakers', 'bikes'])).toBeUndefined();
});
