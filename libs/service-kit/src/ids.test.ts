import { validate, version } from 'uuid';
import { expect, test } from 'vitest';
import { createIds, timeOfId } from './ids.ts';

test('ids are UUID version 7 and carry their creation time', () => {
  const id = createIds(() => 1_764_000_000_123)();
  expect([validate(id), version(id), timeOfId(id).getTime()]).toEqual([true, 7, 1_764_000_000_123]);
});

test('each id is greater than the previous one, even within a millisecond or after the clock went back', () => {
  const times = [5, 5, 5, 6, 4, 4, 7];
  const newId = createIds(() => times.shift() ?? 7);
  const ids = Array.from({ length: 2_000 }, newId);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
});

test('two sources create different ids', () => {
  const [one, other] = [createIds(() => 5), createIds(() => 5)];
  expect(new Set([...Array.from({ length: 500 }, one), ...Array.from({ length: 500 }, other)]).size).toBe(
    1_000,
  );
});
