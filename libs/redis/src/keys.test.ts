import { expect, test } from 'vitest';
import { createKeys } from './keys.ts';

test('every key begins with the prefix of its deployment', () => {
  const keys = createKeys('vc');
  expect(keys('journal', 'llm.usage', 'dead')).toBe('vc:journal:llm.usage:dead');
  expect(createKeys('other')('journal')).toBe('other:journal');
});
