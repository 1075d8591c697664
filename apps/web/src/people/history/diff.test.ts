import { expect, test } from 'vitest';
import { diffItems, diffWords } from './diff.ts';

test('equal items are the same, others are added or removed, in their order', () => {
  expect(diffItems(['flour', 'ovens', 'vans'], ['flour', 'vans', 'honey'])).toEqual([
    { kind: 'same', item: 'flour' },
    { kind: 'removed', item: 'ovens' },
    { kind: 'same', item: 'vans' },
    { kind: 'added', item: 'honey' },
  ]);
});

test('an item that keeps most of its words is compared word by word', () => {
  expect(diffItems(['A stall at the market'], ['A stall at the Saturday market'])).toEqual([
    {
      kind: 'changed',
      parts: [
        { side: 'both', text: 'A stall at the ' },
        { side: 'after', text: 'Saturday ' },
        { side: 'both', text: 'market' },
      ],
    },
  ]);
  expect(diffItems(['Night bakers'], ['Rent of the house'])).toEqual([
    { kind: 'removed', item: 'Night bakers' },
    { kind: 'added', item: 'Rent of the house' },
  ]);
});

test('words are found in languages without spaces', () => {
  const sides = diffWords('朝食の前に届くパン', '夕食の前に届くパン').map(({ side }) => side);
  expect(sides).toContain('both');
  expect(sides).toContain('after');
});
