import { expect, test } from 'vitest';
import { type Command, matches, moved, rank } from './commands.ts';

const commands = ['Add an item', 'Audit log', 'Account'].map(
  (label): Command => ({ id: label, group: 'screens', label, run: () => undefined }),
);

test('words are found in any order, in any case, and without their accents', () => {
  expect(matches('Repair Café on wheels', 'wheels cafe')).toBe(true);
  expect(matches('Repair Café on wheels', 'wheels tea')).toBe(false);
  expect(matches('Repair Café on wheels', '')).toBe(true);
});

test('a label that begins with what is sought comes before one that contains it, and last what only its content contains', () => {
  const labels = ['Bread by bicycle', 'Rooftop honey', 'Honey market'];
  const ranked = rank(
    labels.map((label) => ({ label })),
    'honey',
  );
  expect(ranked.map(({ label }) => label)).toEqual(['Honey market', 'Rooftop honey', 'Bread by bicycle']);
});

test('the active line moves around both ends', () => {
  expect(moved(commands, 'Account', 1)?.label).toBe('Add an item');
  expect(moved(commands, 'Add an item', -1)?.label).toBe('Account');
  expect(moved([], undefined, 1)).toBeUndefined();
});
