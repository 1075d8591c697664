import { expect, test } from 'vitest';
import { createTemplateCache } from './template-cache.ts';

const version = (versionId: string) => ({ versionId, template: `{{${versionId}}}`, variables: [] });

test('a version is parsed once', () => {
  const templateOf = createTemplateCache();
  expect(templateOf(version('a'))).toBe(templateOf(version('a')));
  expect(templateOf(version('b'))).toMatchObject({
    messages: [{ role: 'user', template: { parts: [{ kind: 'blank', name: 'b' }] } }],
  });
});

test('the cache does not exceed its limit', () => {
  const templateOf = createTemplateCache(2);
  const first = templateOf(version('a'));
  const second = templateOf(version('b'));
  templateOf(version('c'));
  expect(templateOf(version('b'))).toBe(second);
  expect(templateOf(version('a'))).not.toBe(first);
});

test('a version is parsed again when a prompt that it embeds has changed', () => {
  const templateOf = createTemplateCache();
  const embedding = (versionId: string, template: string) => ({
    ...version('a'),
    template: '{{>tone}}',
    embedded: [
      { reference: 'tone@production', promptKey: 'tone', version: 1, versionId, template, variables: [] },
    ],
  });
  const first = templateOf(embedding('1', 'warm'));
  expect(templateOf(embedding('1', 'warm'))).toBe(first);
  expect(templateOf(embedding('2', 'cool'))).toMatchObject({
    messages: [{ template: { parts: [{ kind: 'text', text: 'cool' }] } }],
  });
});
