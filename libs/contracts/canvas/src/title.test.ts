import { expect, test } from 'vitest';
import { titleOf } from './title.ts';

test.each([
  ['A bakery. It delivers bread', 'A bakery'],
  ['A 3.5 kW bike, and more', 'A 3.5 kW bike'],
  ['自転車でパンを届ける。朝食の前に。', '自転車でパンを届ける'],
  ['مخبز في القاهرة، يوصل الخبز', 'مخبز في القاهرة'],
  ['… and so on', '… and so on'],
  ['  two\nlines', 'two'],
])('without a title, the first clause of %j stands for it', (businessDescription, title) => {
  expect(titleOf({ businessDescription })).toBe(title);
  expect(titleOf({ title: ' \n', businessDescription })).toBe(title);
});

test('a title is shown whole and in one line', () => {
  expect(titleOf({ title: ` ${'Bread '.repeat(19)}\nby bike`, businessDescription: 'A bakery' })).toBe(
    `${'Bread '.repeat(19)}by bike`,
  );
});

test('a clause is shortened at a word, and never inside a character', () => {
  expect(titleOf({ businessDescription: 'bread '.repeat(20) })).toMatch(/^(?:bread )+bread…$/);
  expect(titleOf({ businessDescription: '🥖'.repeat(60) })).toMatch(/^🥖+…$/u);
  expect(titleOf({ businessDescription: 'bread '.repeat(20) }).length).toBeLessThanOrEqual(80);
});
