import { expect, test } from 'vitest';
import { assertIfMatch, formatEntityTag, matchesEntityTag } from './entity-tag.ts';

test('a version is quoted, and a weak one is marked', () => {
  expect([formatEntityTag('v1'), formatEntityTag('v1', { weak: true })]).toEqual(['"v1"', 'W/"v1"']);
});

const naming = ['"v1"', 'W/"v1"', '"v0", "v1"', 'W/"v0",W/"v1"', '*', '"v0", *'];
const notNaming = [undefined, '', 'v1', '"v2"', '"v"', '"v0", "v2"'];

test.each(naming)('If-None-Match: %s names v1', (header) => {
  expect(matchesEntityTag(header, formatEntityTag('v1'))).toBe(true);
  expect(matchesEntityTag(header, formatEntityTag('v1', { weak: true }))).toBe(true);
});

test.each(notNaming)('If-None-Match: %s does not name v1', (header) => {
  expect(matchesEntityTag(header, formatEntityTag('v1'))).toBe(false);
});

test.each([undefined, '*', '"3"', '"2", "3"'])('If-Match: %s allows a change to version 3', (header) => {
  expect(() => assertIfMatch(header, 'canvas', 3)).not.toThrow();
});

test.each(['', '"2"', 'W/"3"', '3', '"33"'])('If-Match: %s refuses a change to version 3', (header) => {
  expect(() => assertIfMatch(header, 'canvas', 3)).toThrow(
    expect.objectContaining({ code: 'CONFLICT', details: { currentVersion: 3 } }),
  );
});
