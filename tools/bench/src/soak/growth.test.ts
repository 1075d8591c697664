import { expect, test } from 'vitest';
import { growthOf } from './growth.ts';

const sizes = (size: (index: number) => number) => Array.from({ length: 100 }, (_, index) => size(index));

test('memory that grows at first and then stays constant is flat', () => {
  expect(growthOf(sizes((index) => (index < 20 ? 50 + index : 100))).flat).toBe(true);
});

test('memory that oscillates is flat', () => {
  expect(growthOf(sizes((index) => 100 + (index % 10))).flat).toBe(true);
});

test('memory that keeps growing is not flat', () => {
  const growth = growthOf(sizes((index) => 100 + index));
  expect(growth.flat).toBe(false);
  expect(growth.factor).toBeGreaterThan(1.4);
});
