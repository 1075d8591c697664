import { expect, test } from 'vitest';
import { createTemplateCache } from './template-cache.ts';

const version = (versionId: string) => ({ versionId, template: `{{${versionId}}}` });

test('a version is parsed once', () => {
  const templateOf = createTemplateCache();
  expect(templateOf(version('a'))).toBe(templateOf(version('a')));
  expect(templateOf(version('b'))).toMatchObject([{ role: 'user', template: { blanks: ['b'] } }]);
});

test('the cache does not exceed its limit', () => {
  const templateOf = createTemplateCache(2);
  const first = templateOf(version('a'));
  const second = templateOf(version('b'));
  templateOf(version('c'));
  expect(templateOf(version('b'))).toBe(second);
  expect(templateOf(version('a'))).not.toBe(first);
});
