import { expect, test } from 'vitest';
import { type Line, pairLines } from './pair-lines.ts';

const line = (kind: Line['kind'], text: string): Line => ({ kind, text });

test('removed lines stand beside the added lines that follow them, and equal lines on both sides', () => {
  const lines = [
    line('equal', 'a'),
    line('removed', 'b'),
    line('removed', 'c'),
    line('added', 'B'),
    line('equal', 'd'),
    line('added', 'e'),
  ];
  const texts = pairLines(lines).map(({ before, after }) => [before?.text, after?.text]);
  expect(texts).toEqual([
    ['a', 'a'],
    ['b', 'B'],
    ['c', undefined],
    ['d', 'd'],
    [undefined, 'e'],
  ]);
});

test('a second change right after the first starts rows of its own', () => {
  const lines = [line('removed', 'a'), line('added', 'A'), line('removed', 'b'), line('added', 'B')];
  const texts = pairLines(lines).map(({ before, after }) => [before?.text, after?.text]);
  expect(texts).toEqual([
    ['a', 'A'],
    ['b', 'B'],
  ]);
});
