import { expect, test } from 'vitest';
import { tokenLimit } from './token-limit.ts';

test.each([
  ['English', 'A bakery in Lyon', 2_000, 2_010],
  ['accents', 'Une boulangerie à Orléans', 2_000, 2_200],
  ['Russian', 'Пекарня в Лионе', 4_000, 4_020],
  ['Arabic', 'مخبز في ليون', 4_000, 4_020],
  ['Hindi', 'लियोन में एक बेकरी', 6_000, 6_040],
  ['Amharic', 'በሊዮን ውስጥ ዳቦ ቤት', 6_000, 6_040],
  ['Japanese', 'リヨンのパン屋', 6_000, 6_040],
])('a text in %s gets a limit for its language', (_, text, least, most) => {
  const limit = tokenLimit(2_000, text);
  expect(limit).toBeGreaterThanOrEqual(least);
  expect(limit).toBeLessThanOrEqual(most);
});

test('a long text gets a higher limit, up to a ceiling that never lowers the prompt’s own limit', () => {
  expect(tokenLimit(2_000, 'x'.repeat(5_000))).toBe(4_000);
  expect(tokenLimit(4_000, 'パ'.repeat(5_000))).toBe(16_000);
  expect(tokenLimit(20_000, 'パ'.repeat(5_000))).toBe(20_000);
  expect(tokenLimit(2_000, '')).toBe(2_000);
});
