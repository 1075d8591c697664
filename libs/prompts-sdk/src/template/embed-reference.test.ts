import { expect, test } from 'vitest';
import { parseReference, referenceName, referencePattern } from './embed-reference.ts';

test.each([
  ['tone', 'tone@production', { promptKey: 'tone', environment: 'default', label: 'production' }],
  ['tone@production', 'tone@production', { promptKey: 'tone', environment: 'default', label: 'production' }],
  ['tone@default/v2', 'tone@v2', { promptKey: 'tone', environment: 'default', label: 'v2' }],
  ['a.b-c_d@eu/staging', 'a.b-c_d@eu/staging', { promptKey: 'a.b-c_d', environment: 'eu', label: 'staging' }],
  ['tone@12', 'tone@12', { promptKey: 'tone', version: 12 }],
])('the reference %s is %s in full', (text, full, reference) => {
  expect(text).toMatch(new RegExp(`^${referencePattern}$`));
  expect(parseReference(text)).toEqual(reference);
  expect(referenceName(parseReference(text))).toBe(full);
  expect(parseReference(full)).toEqual(reference);
});

test.each(['Tone', 'tone@', 'tone@0', 'tone@1234567890', 'tone@eu/', 'tone@eu/1', 'tone@a/b/c', 'tone@A'])(
  '%s is no reference',
  (text) => expect(text).not.toMatch(new RegExp(`^${referencePattern}$`)),
);
